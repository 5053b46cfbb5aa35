-- The attempts of one notification's deliveries: the key range from its id (:notification) to its largest delivery id (:last_delivery). :tenant.
select 3 as row_kind, a.delivery_id, a.number, a.provider_id, p.name as provider, a.outcome, a.started_at, a.finished_at, a.code, a.message, a.provider_message_id, a.segments, a.sms_encoding
from attempts a
left join lateral (select q.name from providers q where q.tenant_id = :tenant and q.id = a.provider_id offset 0) p on true
where a.delivery_id > :notification and a.delivery_id <= :last_delivery and a.tenant_id = :tenant
order by a.delivery_id, a.number
