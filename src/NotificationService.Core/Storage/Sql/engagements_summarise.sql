-- When each of one notification's deliveries was first opened and clicked: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 5, e.delivery_id, min(e.at) filter (where e.kind = {receipt_kind.opened}), min(e.at) filter (where e.kind = {receipt_kind.clicked})
from engagements e
where e.delivery_id > $2 and e.delivery_id <= $3 and e.tenant_id = $1 and e.kind in ({receipt_kind.opened}, {receipt_kind.clicked})
group by e.delivery_id
