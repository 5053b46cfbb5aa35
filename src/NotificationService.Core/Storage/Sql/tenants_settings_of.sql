-- As tenants_settings_find, of several tenants. Index: both primary keys. :tenants
select t.key, t.name, t.created_at, s.settings::text as settings, coalesce(s.revision, 0) as revision, s.suspended_at, s.suspended_reason, t.tenant_id
from unnest(:tenants::uuid[]) as i(tenant_id)
join tenants t on t.tenant_id = i.tenant_id
left join tenant_settings s on s.tenant_id = i.tenant_id
where s.closed_at is null
