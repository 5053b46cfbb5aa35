-- A page of what the sandbox was given, the newest first.
-- Walks one index, of each mode asked for and no more than $4 rows of it: of a notification sandbox_messages_delivery (tenant_id, delivery_id, id), of a
-- recipient sandbox_messages_recipient (tenant_id, recipient, live, id), else sandbox_messages_listed (tenant_id, live, id). "live >=" states the
-- condition of that one, which look-ups by key do not.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- $1 tenant, $2 modes, $3 the id before which to go on, $4 most rows to look at, $5 channel or null, $6 recipient or null, $7 first and $8 last delivery of
-- a notification or null, $9 messages to leave out, $10 most messages
with looked as materialized (
    (select m.* from unnest($2::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.channel, m.recipient, m.live from sandbox_messages m
         where $6::text is null and $7::uuid is null and m.tenant_id = $1 and m.live >= mode.live
           and (m.live, m.id) < (mode.live, $3) and (m.live, m.id) >= (mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.live desc, m.id desc limit $4) m
     order by m.id desc limit $4)
    union all
    (select m.* from unnest($2::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.channel, m.recipient, m.live from sandbox_messages m
         where $7::uuid is null and m.tenant_id = $1
           and (m.recipient, m.live, m.id) < ($6, mode.live, $3) and (m.recipient, m.live, m.id) >= ($6, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.recipient desc, m.live desc, m.id desc limit $4) m
     order by m.id desc limit $4)
    union all
    (select m.id, m.channel, m.recipient, m.live from (
         select m.id, m.channel, m.recipient, m.live from sandbox_messages m
         where m.tenant_id = $1 and m.delivery_id >= $7 and m.delivery_id <= $8
         order by m.delivery_id desc, m.id desc limit $4) m
     where m.id < $3)
),
matching as materialized (
    select id from looked
    where ($5::smallint is null or channel = $5) and ($6::text is null or recipient = $6) and live = any ($2::boolean[])
    order by id desc limit $9 + $10
),
hit as materialized (select id from matching order by id desc offset $9 limit $10)
select (select count(*) from matching), (select count(*) from looked), (select id from looked order by id limit 1),
    m.id, m.provider_id, m.delivery_id, m.attempt, m.channel, m.recipient, m.message::text, m.category, m.outcome, m.created_at, m.live
from (values (1)) one
left join hit on true
left join lateral (select * from sandbox_messages m where m.tenant_id = $1 and m.id = hit.id limit 1) m on true
order by m.id desc
