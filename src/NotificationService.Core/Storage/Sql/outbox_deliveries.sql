-- What is published of some deliveries' changes. :tenants uuid[] whose they are, :deliveries uuid[], :sequences smallint[] their rows of the timeline, :notifications uuid[] their notifications
-- Each OFFSET 0 is a fence: a probe of a primary key, whatever the statistics said when the plan was made.
-- The sequence counts what was published before it of the same delivery; the timeline only grows at its end, so that it is always the same.
select o.ord, s.status, s.at, s.detail, s.sequence, d.batch_id, d.attempts, p.name as provider, n.live, n.reference, n.user_id, n.category, n.metadata, n.template_version, t.key as template, d.segments, d.sms_encoding
from unnest(:tenants::uuid[], :deliveries::uuid[], :sequences::smallint[], :notifications::uuid[]) with ordinality as o(tenant_id, delivery_id, seq, notification_id, ord)
cross join lateral (
    select l.status, l.at, l.detail,
        (select count(*)::int from timeline e where e.delivery_id = o.delivery_id and e.seq <= o.seq and e.status >= {status.sent} and e.tenant_id = o.tenant_id) as sequence
    from timeline l where l.delivery_id = o.delivery_id and l.seq = o.seq and l.tenant_id = o.tenant_id offset 0) s
cross join lateral (
    select h.batch_id, h.attempts, h.provider_id, h.segments, h.sms_encoding from deliveries h where h.id = o.delivery_id and h.tenant_id = o.tenant_id offset 0) d
cross join lateral (
    select m.live, m.reference, m.recipient->>'userId' as user_id, m.category, m.metadata, m.template_id, m.template_version
    from notifications m where m.id = o.notification_id and m.tenant_id = o.tenant_id offset 0) n
left join lateral (select q.name from providers q where q.tenant_id = o.tenant_id and q.id = d.provider_id offset 0) p on true
left join lateral (select v.key from templates v where v.tenant_id = o.tenant_id and v.id = n.template_id offset 0) t on true
