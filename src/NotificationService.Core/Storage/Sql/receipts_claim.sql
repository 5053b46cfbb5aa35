-- Locks about :max pending receipts that are due for the rest of the transaction, the same share of each tenant that has some, and returns the time.
-- :max, :after the tenant after which the walk begins, :max_tenants the most tenants of a walk
--
-- The walk goes from tenant to tenant along receipts_pending (tenant_id, next_try_at) where state = 1, one probe each, so that a tenant's million
-- receipts are not in another's way. Of the last tenant it also answers a row without id, in tries whether the walk was cut short there: then
-- the caller goes on from there the next time.
-- Two workers at once: each takes what the other has not locked. Dies after it: the lock goes with the connection, and the receipts are pending as before.
with recursive walk as (
    (select r.tenant_id, r.next_try_at, 1 as n from receipts r where r.state = {receipt.pending} and r.tenant_id > :after order by r.tenant_id, r.next_try_at limit 1)
    union all
    (select next.tenant_id, next.next_try_at, walk.n + 1
     from walk
     cross join lateral (
         select r.tenant_id, r.next_try_at from receipts r where r.state = {receipt.pending} and r.tenant_id > walk.tenant_id order by r.tenant_id, r.next_try_at limit 1) next
     where walk.n < :max_tenants)
),
lane as (
    select tenant_id, count(*) over () as lanes from walk where next_try_at <= (select clock_timestamp())
),
picked as materialized (
    select due.*
    from lane
    cross join lateral (
        select r.tenant_id, r.provider_id, r.ctid::text as place, r.id, r.delivery_id, r.provider_message_id, r.kind, r.occurred_at, r.received_at,
            r.code, r.message, r.address, r.url, r.flags, r.tries, r.live, r.scope
        from receipts r
        where r.state = {receipt.pending} and r.tenant_id = lane.tenant_id and r.next_try_at <= (select clock_timestamp())
        order by r.next_try_at
        limit (:max + lane.lanes - 1) / lane.lanes
        for update of r skip locked) due
)
select tenant_id, provider_id, place, id, delivery_id, provider_message_id, kind, occurred_at, clock_timestamp() - received_at as waited, code, message, address, url, flags, tries,
    clock_timestamp() as now, received_at, live, scope
from picked
union all
(select tenant_id, null, null, null, null, null, null, null, null, null, null, null, null, null, (n = :max_tenants)::int::smallint, null, null, null, null from walk order by n desc limit 1)
