-- Events that are no delivery's, each of the mode of the batch or job that it is about; live where it is about neither. :tenants uuid[] whose they are, :events uuid[]
-- Each OFFSET 0 is a fence: a probe of a primary key, whatever the statistics said when the plan was made.
select o.ord, e.type, e.subject, e.occurred_at, e.facts, e.data, coalesce(b.live, j.live, true) as live
from unnest(:tenants::uuid[], :events::uuid[]) with ordinality as o(tenant_id, id, ord)
join events e on e.tenant_id = o.tenant_id and e.id = o.id
left join lateral (select h.live from batches h where h.tenant_id = o.tenant_id and h.id = e.subject offset 0) b on true
left join lateral (select h.live from bulk_jobs h where h.tenant_id = o.tenant_id and h.id = e.subject offset 0) j on true
