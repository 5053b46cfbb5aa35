-- A page of an endpoint's messages, the newest first, with their latest attempts.
-- Walks webhook_messages_listed (tenant_id, endpoint_id, live, id) backwards, or for what failed or was dropped ($11) webhook_messages_unsent (the same,
-- where state in (3, 4)), of each mode asked for; no more than $4 rows of it. The order names the endpoint and the mode, so that no other index has it.
-- "live >=" states the condition of the first one, which look-ups by key do not. Attempts by their key (tenant_id, message_id, number), whose month the id shows.
-- One row at least: the last three columns show how many were looked at, where that ended, and how many of those match, as far as the page needed.
--
-- $1 tenant, $2 endpoint, $3 the id before which to go on, $4 most rows to look at, $5 state or null, $6 type or null, $7 most messages,
-- $8 most characters of a response's body, $9 most attempts of a message, $10 messages to leave out, $11 whether only what failed or was dropped,
-- $12 modes
with looked as materialized (
    (select m.* from unnest($12::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.state, m.type from webhook_messages m
         where not $11 and m.tenant_id = $1 and m.live >= mode.live
           and (m.endpoint_id, m.live, m.id) < ($2, mode.live, $3) and (m.endpoint_id, m.live, m.id) >= ($2, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.endpoint_id desc, m.live desc, m.id desc limit $4) m
     order by m.id desc limit $4)
    union all
    (select m.* from unnest($12::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.state, m.type from webhook_messages m
         where $11 and m.tenant_id = $1 and m.state in ({message.unsent})
           and (m.endpoint_id, m.live, m.id) < ($2, mode.live, $3) and (m.endpoint_id, m.live, m.id) >= ($2, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.endpoint_id desc, m.live desc, m.id desc limit $4) m
     order by m.id desc limit $4)
),
matching as materialized (
    select id from looked where ($5::smallint is null or state = $5) and ($6::text is null or type = $6) order by id desc limit $7 + $10
),
hit as materialized (select id from matching order by id desc offset $10 limit $7)
select m.id, m.event_id, m.type, m.subject, m.sequence, m.state, m.reason, m.attempts, m.occurred_at, m.created_at, m.ended_at,
    case when m.state = {message.pending} and not m.in_flight then m.due_at end, null::text, m.live,
    a.number, a.started_at, a.duration_ms, a.outcome, a.status, a.error, a.request_headers::text, a.response_headers::text, left(a.response_body, $8), a.next_try_at,
    (select count(*) from looked), (select id from looked order by id limit 1), (select count(*) from matching)
from (values (1)) one
left join hit on true
left join lateral (select * from webhook_messages m where m.id = hit.id and m.tenant_id = $1 limit 1) m on true
left join lateral (
    select * from webhook_attempts w where w.message_id = m.id and w.tenant_id = $1 and w.number > m.attempts - $9 order by w.number limit $9) a on true
order by m.id desc, a.number
