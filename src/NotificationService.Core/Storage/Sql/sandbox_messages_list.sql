-- A page of what the sandbox was given, the newest first.
-- Walks one index, no more than $3 rows of it: of a notification sandbox_messages_delivery (tenant_id, delivery_id, id), of a recipient
-- sandbox_messages_recipient (tenant_id, recipient, id), else the primary key (tenant_id, id).
-- One row at least: the first three columns tell how many match as far as the page needed, how many were looked at, and where that ended.
--
-- $1 tenant, $2 the id before which to go on, $3 most rows to look at, $4 channel or null, $5 recipient or null, $6 first and $7 last delivery of
-- a notification or null, $8 messages to leave out, $9 most messages
with looked as materialized (
    (select m.id, m.channel, m.recipient from sandbox_messages m
     where $5::text is null and $6::uuid is null and m.tenant_id = $1 and m.id < $2
     order by m.tenant_id desc, m.id desc limit $3)
    union all
    (select m.id, m.channel, m.recipient from sandbox_messages m
     where $6::uuid is null and m.tenant_id = $1 and (m.recipient, m.id) < ($5, $2) and m.recipient >= $5
     order by m.recipient desc, m.id desc limit $3)
    union all
    (select m.id, m.channel, m.recipient from (
         select m.id, m.channel, m.recipient from sandbox_messages m
         where m.tenant_id = $1 and m.delivery_id >= $6 and m.delivery_id <= $7
         order by m.delivery_id desc, m.id desc limit $3) m
     where m.id < $2)
),
matching as materialized (
    select id from looked where ($4::smallint is null or channel = $4) and ($5::text is null or recipient = $5) order by id desc limit $8 + $9
),
hit as materialized (select id from matching order by id desc offset $8 limit $9)
select (select count(*) from matching), (select count(*) from looked), (select id from looked order by id limit 1),
    m.id, m.provider_id, m.delivery_id, m.attempt, m.channel, m.recipient, m.message::text, m.category, m.outcome, m.created_at
from (values (1)) one
left join hit on true
left join lateral (select * from sandbox_messages m where m.tenant_id = $1 and m.id = hit.id limit 1) m on true
order by m.id desc
