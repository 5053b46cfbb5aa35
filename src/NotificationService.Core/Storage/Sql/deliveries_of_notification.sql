-- The deliveries of one notification: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 2, d.id, d.status, d.due_at, d.ambiguous, d.timeline_seq, d.call_started_at, d.provider_message_id, d.provider_id, p.name,
    d.failure_kind, d.failure_code, d.failure_message, d.chain
from deliveries d
left join lateral (select q.name from providers q where q.tenant_id = $1 and q.id = d.provider_id offset 0) p on true
where d.id > $2 and d.id <= $3 and d.tenant_id = $1
order by d.chain, d.id
