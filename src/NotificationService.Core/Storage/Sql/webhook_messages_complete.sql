-- Writes the outcomes of one tenant's calls to its endpoints, only where the claim is still the writer's. $1 tenant
-- per message: $2 id, $3 fencing token, $4 state, $5 reason, $6 pause until the next try or null, $7 whether a call was made
-- per call: $8 started at, $9 duration in milliseconds, $10 outcome, $11 status, $12 error, $13 request headers, $14 response body, $15 response headers
-- per message: $16 first_attempt as it was claimed; $17 interval the first step of the schedule
-- What was asked for once more while it was in flight has another first_attempt by now: a failure that would have been its last, or would make it wait
-- for hours, is the first of a new schedule. Read from the row that is written, whoever was before.
-- A claim that is written stands no more (in_flight): written again, because nobody knew whether the first commit went through, it changes nothing.
-- OFFSET 0 is a fence, as in deliveries_complete. Only the key stands inside it: to ask for the state there would invite webhook_messages_due, and for
-- each id a plan that was made while the queue was empty would read all that is queued. A row that changed since the probe has another ctid.
-- All in one statement: an outcome is whole or not there. Dies before the commit: the lease
-- ends, and the same message is sent once more under the same webhook-id.
with given as materialized (
    select * from unnest($2::uuid[], $3::int[], $4::smallint[], $5::text[], $6::interval[], $7::boolean[], $8::timestamptz[], $9::int[], $10::smallint[],
        $11::smallint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::smallint[])
        as i(id, claims, state, reason, pause, called, started_at, duration_ms, outcome, status, error, request_headers, response_body, response_headers, first_attempt)
),
done as (
    update webhook_messages m
    set state = case when m.first_attempt <> i.first_attempt and i.reason = 'exhausted' then {message.pending} else i.state end,
        reason = case when m.first_attempt <> i.first_attempt and i.reason = 'exhausted' then i.error else i.reason end,
        attempts = m.attempts + i.called::int, in_flight = false,
        due_at = case
            when m.first_attempt <> i.first_attempt and (i.state = {message.pending} or i.reason = 'exhausted') then clock_timestamp() + least(i.pause, $17)
            when i.state = {message.pending} then clock_timestamp() + coalesce(i.pause, interval '0')
            else m.due_at end,
        ended_at = case when i.state <> {message.pending} and (m.first_attempt = i.first_attempt or i.reason is distinct from 'exhausted') then clock_timestamp() end
    from given i
    cross join lateral (select h.ctid, h.claims, h.state, h.in_flight from webhook_messages h where h.tenant_id = $1 and h.id = i.id offset 0) held
    where m.ctid = held.ctid and held.claims = i.claims and held.state = {message.pending} and held.in_flight
    returning m.id, m.claims, m.endpoint_id, m.attempts, m.state, m.due_at
),
attempt as (
    insert into webhook_attempts (message_id, number, tenant_id, endpoint_id, started_at, duration_ms, outcome, status, error, request_headers, response_body, response_headers, next_try_at)
    select d.id, d.attempts, $1, d.endpoint_id, i.started_at, i.duration_ms, i.outcome, i.status, i.error, i.request_headers::json, i.response_body, i.response_headers::json,
        case when d.state = {message.pending} then d.due_at end
    from done d join given i on i.id = d.id and i.claims = d.claims and i.called
)
select id, claims from done
