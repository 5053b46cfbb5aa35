-- The providers that one notification's deliveries were given to, as they are configured now. :tenant, :notification its id, :last_delivery its largest delivery id.
select 2 as row_kind, p.id, p.type, p.priority, p.weight
from providers p
where p.tenant_id = :tenant and p.id in (
    select a.provider_id from attempts a where a.delivery_id > :notification and a.delivery_id <= :last_delivery and a.tenant_id = :tenant)
