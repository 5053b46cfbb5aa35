-- The attempts of one notification's deliveries: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 3, a.delivery_id, a.number, a.provider_id, p.name, a.outcome, a.started_at, a.finished_at, a.code, a.message, a.provider_message_id, a.segments, a.sms_encoding
from attempts a
left join providers p on p.tenant_id = a.tenant_id and p.id = a.provider_id
where a.delivery_id > $2 and a.delivery_id <= $3 and a.tenant_id = $1
order by a.delivery_id, a.number
