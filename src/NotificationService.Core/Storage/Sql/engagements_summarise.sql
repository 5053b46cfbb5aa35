-- When each of one notification's deliveries was first opened and clicked: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 5, e.delivery_id, min(e.at) filter (where e.kind = 7), min(e.at) filter (where e.kind = 8)
from engagements e
where e.delivery_id > $2 and e.delivery_id <= $3 and e.tenant_id = $1 and e.kind in (7, 8)
group by e.delivery_id
