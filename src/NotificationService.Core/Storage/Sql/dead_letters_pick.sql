-- Failed deliveries that may be put back into the queue, the oldest first. Those without an address are left out,
-- and one of a chain while another of it may still reach the recipient, or has.
-- Walks deliveries_ended_badly (tenant_id, status, live, id) include (chain, channel, failure_kind) where status >= 70, of each mode asked for; looks at
-- no more than ten times $4.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most rows to look at, $5 modes, $6 channel, $7 failure kind, $8 failure code, $9 most
with walk as materialized (
    select d.* from unnest($5::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel, d.failure_kind, d.chain from deliveries d
        where d.tenant_id = $1 and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ({status.failed}::smallint, mode.live, $3) and (d.status, d.live, d.id) >= ({status.failed}::smallint, mode.live, $2)
        order by d.status, d.live, d.id limit 10 * $4) d
    order by d.id limit 10 * $4
),
matching as materialized (
    select id, chain, overlay(id::text placing '0' from 36)::uuid as notification_id, overlay(id::text placing 'f' from 36)::uuid as last from walk
    where failure_kind <> {failure.no_address} and ($6::smallint is null or channel = $6) and ($7::smallint is null or failure_kind = $7)
)
select m.id from matching m
where ($8::text is null or (select d.failure_code from deliveries d where d.id = m.id and d.tenant_id = $1) = $8)
  and (m.chain = 0 or not exists (
      select from deliveries s
      where s.id > m.notification_id and s.id <= m.last and s.tenant_id = $1 and s.chain > 0 and s.status < {status.suppressed}))
order by m.id limit $9
