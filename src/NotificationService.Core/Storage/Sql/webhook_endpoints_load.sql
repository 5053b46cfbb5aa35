-- Where some of one tenant's endpoints are, and what is sealed for them. $1 tenant, $2 uuid[] endpoints
select e.id, e.url, e.enabled, s.field, s.sealed, s.retires_at, e.revision
from webhook_endpoints e
left join webhook_secrets s on s.tenant_id = e.tenant_id and s.endpoint_id = e.id and (s.retires_at is null or s.retires_at > now())
where e.tenant_id = $1 and e.id = any ($2::uuid[])
order by e.id, s.created_at desc nulls last
