-- A provider with its sealed credentials, a row for each or one row without. :tenant, :provider.
select p.channel, p.type, p.name, p.settings, c.field, c.key_id, c.sealed, c.hint
from providers p left join provider_credentials c on c.tenant_id = p.tenant_id and c.provider_id = p.id
where p.tenant_id = :tenant and p.id = :provider
