-- What providers reported of one notification's deliveries and has been looked at, while it is kept: the key range from its id ($2) to its largest
-- delivery id ($3). $1 tenant, $4 most. Relies on receipts_of_delivery (tenant_id, delivery_id) where state in (2, 3).
-- OFFSET 0 is a fence: without it the order invites the index of when receipts came, and everybody's are read.
select 4, r.id, r.delivery_id, r.provider_id, p.name, r.kind, r.state, r.reason, r.occurred_at, r.received_at, r.code, r.message, r.raw
from (
    select * from receipts r where r.tenant_id = $1 and r.delivery_id > $2 and r.delivery_id <= $3 and r.state in ({receipt.applied}, {receipt.ignored}) offset 0) r
left join lateral (select q.name from providers q where q.tenant_id = $1 and q.id = r.provider_id offset 0) p on true
order by r.received_at, r.id limit $4
