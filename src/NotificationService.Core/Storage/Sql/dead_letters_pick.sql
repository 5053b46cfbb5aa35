-- Failed deliveries that may be put back into the queue, the oldest first. Those without an address are left out,
-- and one of a chain while another of it may still reach the recipient, or has.
-- Walks deliveries_ended_badly (tenant_id, status, live, id) include (chain, channel, failure_kind) where status >= 70, of each mode asked for; looks at
-- no more than ten times :max_rows.
--
-- :tenant, :from_id the smallest id, :before_id the first id no more, :max_rows to look at, :modes, :channel, :failure_kind, :failure_code, :max
with walk as materialized (
    select d.* from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel, d.failure_kind, d.chain from deliveries d
        where d.tenant_id = :tenant and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ({status.failed}::smallint, mode.live, :before_id) and (d.status, d.live, d.id) >= ({status.failed}::smallint, mode.live, :from_id)
        order by d.status, d.live, d.id limit 10 * :max_rows) d
    order by d.id limit 10 * :max_rows
),
matching as materialized (
    select id, chain, overlay(id::text placing '0' from 36)::uuid as notification_id, overlay(id::text placing 'f' from 36)::uuid as last from walk
    where failure_kind <> {failure.no_address} and (:channel::smallint is null or channel = :channel) and (:failure_kind::smallint is null or failure_kind = :failure_kind)
)
select m.id from matching m
where (:failure_code::text is null or (select d.failure_code from deliveries d where d.id = m.id and d.tenant_id = :tenant) = :failure_code)
  and (m.chain = 0 or not exists (
      select from deliveries s
      where s.id > m.notification_id and s.id <= m.last and s.tenant_id = :tenant and s.chain > 0 and s.status < {status.suppressed}))
order by m.id limit :max
