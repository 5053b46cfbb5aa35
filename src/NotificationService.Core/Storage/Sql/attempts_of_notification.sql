-- The attempts of one notification's deliveries: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 3, a.delivery_id, a.number, a.provider_id, p.name, a.outcome, a.started_at, a.finished_at, a.code, a.message, a.provider_message_id
from attempts a
left join lateral (select q.name from providers q where q.tenant_id = $1 and q.id = a.provider_id offset 0) p on true
where a.delivery_id > $2 and a.delivery_id <= $3 and a.tenant_id = $1
order by a.delivery_id, a.number
