-- What providers reported of one notification's deliveries besides their status: the key range from its id (:notification) to its largest delivery id (:last_delivery). :tenant.
select 3 as row_kind, e.delivery_id, e.kind, e.at, e.id
from engagements e
where e.delivery_id > :notification and e.delivery_id <= :last_delivery and e.tenant_id = :tenant
order by e.at limit 1000
