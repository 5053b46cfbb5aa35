-- What providers reported of one notification's deliveries and has been looked at, while it is kept: the key range from its id (:notification) to its largest
-- delivery id (:last_delivery). :tenant, :max. Relies on receipts_of_delivery (tenant_id, delivery_id) where state in (2, 3).
-- OFFSET 0 is a fence: without it the order invites the index of when receipts came, and everybody's are read.
select 4 as row_kind, r.id, r.delivery_id, r.provider_id, p.name as provider, r.kind, r.state, r.reason, r.occurred_at, r.received_at, r.code, r.message, r.raw
from (
    select * from receipts r where r.tenant_id = :tenant and r.delivery_id > :notification and r.delivery_id <= :last_delivery and r.state in ({receipt.applied}, {receipt.ignored}) offset 0) r
left join lateral (select q.name from providers q where q.tenant_id = :tenant and q.id = r.provider_id offset 0) p on true
order by r.received_at, r.id limit :max
