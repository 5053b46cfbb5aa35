-- The deliveries of one notification: the key range from its id (:notification) to its largest delivery id (:last_delivery). :tenant. What one that is scheduled waits for, its last row of
-- the timeline says.
select 2 as row_kind, d.id, d.status, d.due_at, d.ambiguous, d.timeline_seq, d.call_started_at, d.provider_message_id, d.provider_id, p.name as provider,
    d.failure_kind, d.failure_code, d.failure_message, d.chain, d.devices, d.segments, d.sms_encoding,
    case d.status when {status.scheduled} then (select t.detail from timeline t where t.tenant_id = :tenant and t.delivery_id = d.id and t.seq = d.timeline_seq) end as waits_for
from deliveries d
left join lateral (select q.name from providers q where q.tenant_id = :tenant and q.id = d.provider_id offset 0) p on true
where d.id > :notification and d.id <= :last_delivery and d.tenant_id = :tenant
order by d.chain, d.id
