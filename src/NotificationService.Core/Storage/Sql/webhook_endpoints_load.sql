-- Where some of one tenant's endpoints are, and what is sealed for them. :tenant, :endpoints uuid[]
select e.id, e.url, e.enabled, s.field, s.sealed, s.retires_at, e.revision
from webhook_endpoints e
left join webhook_secrets s on s.tenant_id = e.tenant_id and s.endpoint_id = e.id and (s.retires_at is null or s.retires_at > now())
where e.tenant_id = :tenant and e.id = any (:endpoints::uuid[])
order by e.id, s.created_at desc nulls last
