-- Events that are no delivery's. $1 tenant, $2 uuid[] events
select o.ord, e.type, e.subject, e.occurred_at, e.data
from unnest($2::uuid[]) with ordinality as o(id, ord)
join events e on e.tenant_id = $1 and e.id = o.id
