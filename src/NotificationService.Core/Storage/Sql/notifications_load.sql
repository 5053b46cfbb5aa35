-- What a worker needs to render and send, for one tenant's claimed deliveries.
-- $1 uuid[] notification ids; $2, $3 the smallest and largest of them: they let the planner leave out other months' partitions.
select n.id, n.live, n.template_id, n.template_version, n.category, n.recipient, n.data, n.content, n.trace_parent, n.created_at
from notifications n
where n.id = any ($1::uuid[]) and n.id >= $2 and n.id <= $3
