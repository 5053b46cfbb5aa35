-- One notification of the tenant in scope. $1 tenant, $2 id. Relies on the primary key, which also picks the partition.
select 1, n.id, n.live, t.key, n.template_version, n.category, n.reference, n.priority, n.recipient, n.data, n.content, n.metadata,
    n.send_at, n.expires_at, n.created_at, n.strategy, n.fallback_after
from notifications n
left join templates t on t.tenant_id = n.tenant_id and t.id = n.template_id
where n.id = $2 and n.tenant_id = $1
