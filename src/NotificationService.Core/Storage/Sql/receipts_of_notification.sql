-- What providers reported of one notification's deliveries and has been looked at, while it is kept: the key range from its id ($2) to its largest
-- delivery id ($3). $1 tenant, $4 most. Relies on receipts_of_delivery (tenant_id, delivery_id) where state in (2, 3).
select 4, r.id, r.delivery_id, r.provider_id, p.name, r.kind, r.state, r.reason, r.occurred_at, r.received_at, r.code, r.message, r.raw
from receipts r
left join providers p on p.tenant_id = r.tenant_id and p.id = r.provider_id
where r.tenant_id = $1 and r.delivery_id > $2 and r.delivery_id <= $3 and r.state in (2, 3)
order by r.received_at, r.id limit $4
