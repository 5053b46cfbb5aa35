-- Where some endpoints are, of any tenants, and what is sealed for them. :tenants uuid[] whose they are, :endpoints uuid[]
-- Each OFFSET 0 is a fence: a probe of a primary key, whatever the statistics said when the plan was made.
select e.id, e.url, e.enabled, s.field, s.sealed, s.retires_at, e.revision
from unnest(:tenants::uuid[], :endpoints::uuid[]) as o(tenant_id, endpoint_id)
cross join lateral (
    select h.id, h.url, h.enabled, h.revision from webhook_endpoints h where h.tenant_id = o.tenant_id and h.id = o.endpoint_id offset 0) e
left join lateral (
    select h.field, h.sealed, h.retires_at, h.created_at from webhook_secrets h
    where h.tenant_id = o.tenant_id and h.endpoint_id = o.endpoint_id and (h.retires_at is null or h.retires_at > now()) offset 0) s on true
order by e.id, s.created_at desc nulls last
