-- A page of what the sandbox was given, the newest first.
-- Walks one index, of each mode asked for and no more than :max_rows rows of it: of a notification sandbox_messages_delivery (tenant_id, delivery_id, id), of a
-- recipient sandbox_messages_recipient (tenant_id, recipient, live, id), else sandbox_messages_listed (tenant_id, live, id). "live >=" states the
-- condition of that one, which look-ups by key do not.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- :tenant, :modes, :before_id the id before which to go on, :max_rows to look at, :channel or null, :recipient or null, :first_delivery first and :last_delivery of
-- a notification or null, :offset, :take
with looked as materialized (
    (select m.* from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.channel, m.recipient, m.live from sandbox_messages m
         where :recipient::text is null and :first_delivery::uuid is null and m.tenant_id = :tenant and m.live >= mode.live
           and (m.live, m.id) < (mode.live, :before_id) and (m.live, m.id) >= (mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.live desc, m.id desc limit :max_rows) m
     order by m.id desc limit :max_rows)
    union all
    (select m.* from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.channel, m.recipient, m.live from sandbox_messages m
         where :first_delivery::uuid is null and m.tenant_id = :tenant
           and (m.recipient, m.live, m.id) < (:recipient, mode.live, :before_id) and (m.recipient, m.live, m.id) >= (:recipient, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.recipient desc, m.live desc, m.id desc limit :max_rows) m
     order by m.id desc limit :max_rows)
    union all
    (select m.id, m.channel, m.recipient, m.live from (
         select m.id, m.channel, m.recipient, m.live from sandbox_messages m
         where m.tenant_id = :tenant and m.delivery_id >= :first_delivery and m.delivery_id <= :last_delivery
         order by m.delivery_id desc, m.id desc limit :max_rows) m
     where m.id < :before_id)
),
matching as materialized (
    select id from looked
    where (:channel::smallint is null or channel = :channel) and (:recipient::text is null or recipient = :recipient) and live = any (:modes::boolean[])
    order by id desc limit :offset::int + :take::int
),
hit as materialized (select id from matching order by id desc offset :offset limit :take)
select (select count(*) from matching) as hits, (select count(*) from looked) as looked_at, (select id from looked order by id limit 1) as last_looked_at,
    m.id, m.provider_id, m.delivery_id, m.attempt, m.channel, m.recipient, m.message::text as message, m.category, m.outcome, m.created_at, m.live
from (values (1)) one
left join hit on true
left join lateral (select * from sandbox_messages m where m.tenant_id = :tenant and m.id = hit.id limit 1) m on true
order by m.id desc
