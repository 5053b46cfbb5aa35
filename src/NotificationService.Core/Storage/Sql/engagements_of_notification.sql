-- What providers reported of one notification's deliveries besides their status: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 3, e.delivery_id, e.kind, e.at, e.id
from engagements e
where e.delivery_id > $2 and e.delivery_id <= $3 and e.tenant_id = $1
order by e.at limit 1000
