-- Writes the outcomes of calls to endpoints, of any tenants, only where the claim is still the writer's.
-- per message: :tenants whose it is, :ids, :claims the fencing token, :states, :reasons, :pauses until the next try or null, :called whether a call was made
-- per call: :started_at, :durations in milliseconds, :outcomes, :statuses, :errors, :request_headers, :response_bodies, :response_headers
-- per message: :first_attempts first_attempt as it was claimed; :first_step interval the first step of the schedule
-- What was asked for once more while it was in flight has another first_attempt by now: a failure that would have been its last, or would make it wait
-- for hours, is the first of a new schedule. Read from the row that is written, whoever was before.
-- A claim that is written stands no more (in_flight): written again, because nobody knew whether the first commit went through, it changes nothing.
-- OFFSET 0 is a fence, as in deliveries_complete. Only the key stands inside it: to ask for the state there would invite webhook_messages_due, and for
-- each id a plan that was made while the queue was empty would read all that is queued. A row that changed since the probe has another ctid.
-- All in one statement: an outcome is whole or not there. Dies before the commit: the lease
-- ends, and the same message is sent once more under the same webhook-id.
with given as materialized (
    select * from unnest(:tenants::uuid[], :ids::uuid[], :claims::int[], :states::smallint[], :reasons::text[], :pauses::interval[], :called::boolean[], :started_at::timestamptz[], :durations::int[], :outcomes::smallint[],
        :statuses::smallint[], :errors::text[], :request_headers::text[], :response_bodies::text[], :response_headers::text[], :first_attempts::smallint[])
        as i(tenant_id, id, claims, state, reason, pause, called, started_at, duration_ms, outcome, status, error, request_headers, response_body, response_headers, first_attempt)
),
done as (
    update webhook_messages m
    set state = case when m.first_attempt <> i.first_attempt and i.reason = 'exhausted' then {message.pending} else i.state end,
        reason = case when m.first_attempt <> i.first_attempt and i.reason = 'exhausted' then i.error else i.reason end,
        attempts = m.attempts + i.called::int, in_flight = false,
        due_at = case
            when m.first_attempt <> i.first_attempt and (i.state = {message.pending} or i.reason = 'exhausted') then clock_timestamp() + least(i.pause, :first_step)
            when i.state = {message.pending} then clock_timestamp() + coalesce(i.pause, interval '0')
            else m.due_at end,
        ended_at = case when i.state <> {message.pending} and (m.first_attempt = i.first_attempt or i.reason is distinct from 'exhausted') then clock_timestamp() end
    from given i
    cross join lateral (select h.ctid, h.claims, h.state, h.in_flight from webhook_messages h where h.tenant_id = i.tenant_id and h.id = i.id offset 0) held
    where m.ctid = held.ctid and held.claims = i.claims and held.state = {message.pending} and held.in_flight
    returning m.tenant_id, m.id, m.claims, m.endpoint_id, m.attempts, m.state, m.due_at
),
attempt as (
    insert into webhook_attempts (message_id, number, tenant_id, endpoint_id, started_at, duration_ms, outcome, status, error, request_headers, response_body, response_headers, next_try_at)
    select d.id, d.attempts, d.tenant_id, d.endpoint_id, i.started_at, i.duration_ms, i.outcome, i.status, i.error, i.request_headers::json, i.response_body, i.response_headers::json,
        case when d.state = {message.pending} then d.due_at end
    from done d join given i on i.tenant_id = d.tenant_id and i.id = d.id and i.claims = d.claims and i.called
)
select id, claims from done
