-- One message of an endpoint, with everything that is kept of its latest attempts. $1 tenant, $2 endpoint, $3 message, $4 most attempts, $5 modes
-- By the primary key of webhook_messages and that of webhook_attempts (tenant_id, message_id, number), whose month the id shows. The fence keeps a plan that
-- was made while the endpoint had nothing from walking all that it has.
select m.id, m.event_id, m.type, m.subject, m.sequence, m.state, m.reason, m.attempts, m.occurred_at, m.created_at, m.ended_at,
    case when m.state = {message.pending} and not m.in_flight then m.due_at end, m.body, m.live,
    a.number, a.started_at, a.duration_ms, a.outcome, a.status, a.error, a.request_headers::text, a.response_headers::text, a.response_body, a.next_try_at
from (select * from webhook_messages by_key where by_key.tenant_id = $1 and by_key.id = $3 offset 0) m
left join lateral (
    select * from webhook_attempts w where w.message_id = m.id and w.tenant_id = $1 and w.number > m.attempts - $4 order by w.number) a on true
where m.endpoint_id = $2 and m.live = any ($5::boolean[]) and exists (select from webhook_endpoints e where e.tenant_id = $1 and e.id = $2)
order by a.number
