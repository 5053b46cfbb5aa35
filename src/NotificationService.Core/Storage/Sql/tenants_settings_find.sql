-- A tenant with what it set up; without a row of settings it has the defaults; one that is being removed is not there. Index: both primary keys.
select t.key, t.name, t.created_at, s.settings::text as settings, coalesce(s.revision, 0) as revision, s.suspended_at, s.suspended_reason
from tenants t left join tenant_settings s on s.tenant_id = t.tenant_id
where t.tenant_id = :tenant and s.closed_at is null
