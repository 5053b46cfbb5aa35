-- A page of what providers reported, of one state, the newest first.
-- Walks receipts_listed (tenant_id, state, live, id) backwards, of each mode asked for and no more than :max_rows rows of it; the order names the state and the
-- mode, so that no other index has it.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- :tenant, :modes, :state, :before_id the id before which to go on, :max_rows to look at, :provider or null, :offset, :take
with looked as materialized (
    select r.* from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select r.id, r.provider_id, r.delivery_id, r.provider_message_id, r.kind, r.state, r.reason, r.occurred_at, r.received_at, r.code, r.message, r.live
        from receipts r
        where r.tenant_id = :tenant and (r.state, r.live, r.id) < (:state::smallint, mode.live, :before_id) and (r.state, r.live, r.id) >= (:state::smallint, mode.live, '00000000-0000-0000-0000-000000000000')
        order by r.state desc, r.live desc, r.id desc limit :max_rows) r
    order by r.id desc limit :max_rows
),
matching as materialized (
    select * from looked where :provider::uuid is null or provider_id = :provider order by id desc limit :offset::int + :take::int
)
select (select count(*) from matching) as hits, (select count(*) from looked) as looked_at, (select id from looked order by id limit 1) as last_looked_at,
    hit.id, hit.provider_id, hit.delivery_id, hit.provider_message_id, hit.kind, hit.state, hit.reason, hit.occurred_at, hit.received_at, hit.code, hit.message, hit.live
from (values (1)) one left join (select * from matching order by id desc offset :offset limit :take) hit on true
order by hit.id desc
