-- A page of what providers reported, of one state, the newest first.
-- Walks receipts_listed (tenant_id, state, id) backwards, no more than $4 rows of it; the order names the state, so that no other index has it.
-- One row at least: the first three columns tell how many match as far as the page needed, how many were looked at, and where that ended.
--
-- $1 tenant, $2 state, $3 the id before which to go on, $4 most rows to look at, $5 provider or null, $6 receipts to leave out, $7 most receipts
with looked as materialized (
    select r.id, r.provider_id, r.delivery_id, r.provider_message_id, r.kind, r.state, r.reason, r.occurred_at, r.received_at, r.code, r.message from receipts r
    where r.tenant_id = $1 and (r.state, r.id) < ($2::smallint, $3) and r.state >= $2
    order by r.state desc, r.id desc limit $4
),
matching as materialized (
    select * from looked where $5::uuid is null or provider_id = $5 order by id desc limit $6 + $7
)
select (select count(*) from matching), (select count(*) from looked), (select id from looked order by id limit 1), hit.*
from (values (1)) one left join (select * from matching order by id desc offset $6 limit $7) hit on true
order by hit.id desc
