-- A page of a tenant's failed deliveries, the newest notification first.
-- One of a chain is none while another of it may still reach the recipient, or has.
--
-- Walks deliveries_ended_badly (tenant_id, status, live, id) include (chain, channel, failure_kind) where status >= 70, of each mode asked for and no
-- more than :max_rows rows of it, without their table; the order names the status and the mode, so that no other index has it.
--
-- :tenant, :from_id the smallest id, :before_id the first id no more, :max_rows to look at, :modes, :channel, :failure_kind, :failure_code, :offset, :take
with walk as materialized (
    select d.* from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel, d.failure_kind, d.chain from deliveries d
        where d.tenant_id = :tenant and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ({status.failed}::smallint, mode.live, :before_id) and (d.status, d.live, d.id) >= ({status.failed}::smallint, mode.live, :from_id)
        order by d.status desc, d.live desc, d.id desc limit :max_rows) d
    order by d.id desc limit :max_rows
),
matching as materialized (
    select id, chain, overlay(id::text placing '0' from 36)::uuid as notification_id, overlay(id::text placing 'f' from 36)::uuid as last from walk
    where (:channel::smallint is null or channel = :channel) and (:failure_kind::smallint is null or failure_kind = :failure_kind)
),
hit as materialized (
    select m.id, m.notification_id from matching m
    where (:failure_code::text is null or (select d.failure_code from deliveries d where d.id = m.id and d.tenant_id = :tenant) = :failure_code)
      and (m.chain = 0 or not exists (
          select from deliveries s
          where s.id > m.notification_id and s.id <= m.last and s.tenant_id = :tenant and s.chain > 0 and s.status < {status.suppressed}))
    order by m.id desc limit :offset::int + :take::int
),
page as materialized (
    select id, notification_id from hit order by id desc offset :offset limit :take
)
select (select count(*) from hit) as hits, (select count(*) from walk) as looked_at, (select w.id from walk w order by w.id limit 1) as last_looked_at,
    d.id, n.reference, t.key as template, n.template_version, n.priority, d.attempts, d.ambiguous, d.provider_id, p.name as provider,
    d.failure_kind, d.failure_code, d.failure_message, n.created_at, s.at as failed_at, d.live
from (select 1) always
left join page on true
left join lateral (select * from deliveries d where d.id = page.id and d.tenant_id = :tenant limit 1) d on true
left join lateral (select * from notifications n where n.id = page.notification_id and n.tenant_id = :tenant limit 1) n on true
left join lateral (select t.key from templates t where t.tenant_id = :tenant and t.id = n.template_id limit 1) t on true
left join lateral (select p.name from providers p where p.tenant_id = :tenant and p.id = d.provider_id limit 1) p on true
left join lateral (select s.at from timeline s where s.delivery_id = d.id and s.seq = d.timeline_seq and s.tenant_id = :tenant limit 1) s on true
order by d.id desc
