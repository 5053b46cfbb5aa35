-- The providers that one notification's deliveries were given to, as they are configured now. $1 tenant, $2 its id, $3 its largest delivery id.
select 2, p.id, p.type, p.priority, p.weight
from providers p
where p.tenant_id = $1 and p.id in (
    select a.provider_id from attempts a where a.delivery_id > $2 and a.delivery_id <= $3 and a.tenant_id = $1)
