-- One notification of the tenant in scope. :tenant, :id. Relies on the primary key, which also picks the partition.
select 1 as row_kind, n.id, n.live, t.key as template, n.template_version, n.category, n.reference, n.priority, n.recipient, n.data, n.content, n.metadata,
    n.send_at, n.expires_at, n.created_at, n.strategy, n.fallback_after, n.content_redacted_at, n.topic
from notifications n
left join lateral (select v.key from templates v where v.tenant_id = :tenant and v.id = n.template_id offset 0) t on true
where n.id = :id and n.tenant_id = :tenant
