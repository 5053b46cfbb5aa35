-- A page of what providers reported, of one state, the newest first.
-- Walks receipts_listed (tenant_id, state, live, id) backwards, of each mode asked for and no more than $5 rows of it; the order names the state and the
-- mode, so that no other index has it.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- $1 tenant, $2 modes, $3 state, $4 the id before which to go on, $5 most rows to look at, $6 provider or null, $7 receipts to leave out, $8 most receipts
with looked as materialized (
    select r.* from unnest($2::boolean[]) as mode(live)
    cross join lateral (
        select r.id, r.provider_id, r.delivery_id, r.provider_message_id, r.kind, r.state, r.reason, r.occurred_at, r.received_at, r.code, r.message, r.live
        from receipts r
        where r.tenant_id = $1 and (r.state, r.live, r.id) < ($3::smallint, mode.live, $4) and (r.state, r.live, r.id) >= ($3::smallint, mode.live, '00000000-0000-0000-0000-000000000000')
        order by r.state desc, r.live desc, r.id desc limit $5) r
    order by r.id desc limit $5
),
matching as materialized (
    select * from looked where $6::uuid is null or provider_id = $6 order by id desc limit $7 + $8
)
select (select count(*) from matching), (select count(*) from looked), (select id from looked order by id limit 1), hit.*
from (values (1)) one left join (select * from matching order by id desc offset $7 limit $8) hit on true
order by hit.id desc
