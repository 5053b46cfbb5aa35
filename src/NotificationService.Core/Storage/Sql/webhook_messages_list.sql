-- A page of an endpoint's messages, the newest first, with their latest attempts. $1 tenant, $2 endpoint, $3 the id before which to go on,
-- $4 most rows to look at, $5 state or null, $6 type or null, $7 most messages, $8 most characters of an answer's body, $9 most attempts of a message,
-- $10 messages to leave out
-- Walks webhook_messages_listed (tenant_id, endpoint_id, id) backwards; webhook_attempts by its key (message_id, number), whose month the id tells.
-- One row at least: the last three columns tell how many were looked at, where that ended, and how many of those match.
with looked as materialized (
    select m.id, m.state, m.type from webhook_messages m
    where m.tenant_id = $1 and m.endpoint_id = $2 and m.id < $3
    order by m.id desc limit $4
),
matching as materialized (
    select id from looked where ($5::smallint is null or state = $5) and ($6::text is null or type = $6)
),
hit as materialized (select id from matching order by id desc offset $10 limit $7)
select m.id, m.event_id, m.type, m.subject, m.sequence, m.state, m.reason, m.attempts, m.occurred_at, m.created_at, m.ended_at,
    case when m.state = 1 and not m.in_hand then m.due_at end, null::text,
    a.number, a.started_at, a.duration_ms, a.outcome, a.status, a.error, a.request_headers::text, a.response_headers::text, left(a.response_body, $8), a.next_try_at,
    (select count(*) from looked), (select id from looked order by id limit 1), (select count(*) from matching)
from (values (1)) one
left join hit on true
left join webhook_messages m on m.id = hit.id
left join lateral (
    select * from webhook_attempts w where w.message_id = m.id and w.tenant_id = $1 and w.number > m.attempts - $9 order by w.number) a on true
order by m.id desc, a.number
