-- A page of an endpoint's messages, the newest first, with their latest attempts.
-- Walks webhook_messages_listed (tenant_id, endpoint_id, live, id) backwards, or for what failed or was dropped (:unsent) webhook_messages_unsent (the same,
-- where state in (3, 4)), of each mode asked for; no more than :max_rows rows of it. The order names the endpoint and the mode, so that no other index has it.
-- "live >=" states the condition of the first one, which look-ups by key do not. Attempts by their key (tenant_id, message_id, number), whose month the id shows.
-- One row at least: the last three columns show how many were looked at, where that ended, and how many of those match, as far as the page needed.
--
-- :tenant, :endpoint, :before_id the id before which to go on, :max_rows to look at, :state or null, :type or null, :take,
-- :max_body most characters of a response's body, :max_attempts most attempts of a message, :offset, :unsent whether only what failed or was dropped,
-- :modes
with looked as materialized (
    (select m.* from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.state, m.type from webhook_messages m
         where not :unsent and m.tenant_id = :tenant and m.live >= mode.live
           and (m.endpoint_id, m.live, m.id) < (:endpoint, mode.live, :before_id) and (m.endpoint_id, m.live, m.id) >= (:endpoint, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.endpoint_id desc, m.live desc, m.id desc limit :max_rows) m
     order by m.id desc limit :max_rows)
    union all
    (select m.* from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select m.id, m.state, m.type from webhook_messages m
         where :unsent and m.tenant_id = :tenant and m.state in ({message.unsent})
           and (m.endpoint_id, m.live, m.id) < (:endpoint, mode.live, :before_id) and (m.endpoint_id, m.live, m.id) >= (:endpoint, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.endpoint_id desc, m.live desc, m.id desc limit :max_rows) m
     order by m.id desc limit :max_rows)
),
matching as materialized (
    select id from looked where (:state::smallint is null or state = :state) and (:type::text is null or type = :type) order by id desc limit :offset::int + :take::int
),
hit as materialized (select id from matching order by id desc offset :offset limit :take)
select m.id, m.event_id, m.type, m.subject, m.sequence, m.state, m.reason, m.attempts, m.occurred_at, m.created_at, m.ended_at,
    case when m.state = {message.pending} and not m.in_flight then m.due_at end as next_attempt_at, null::text as body, m.live,
    a.number, a.started_at, a.duration_ms, a.outcome, a.status, a.error, a.request_headers::text, a.response_headers::text, left(a.response_body, :max_body) as response_body, a.next_try_at,
    (select count(*) from looked) as looked_at, (select id from looked order by id limit 1) as last_looked_at, (select count(*) from matching) as hits
from (values (1)) one
left join hit on true
left join lateral (select * from webhook_messages m where m.id = hit.id and m.tenant_id = :tenant limit 1) m on true
left join lateral (
    select * from webhook_attempts w where w.message_id = m.id and w.tenant_id = :tenant and w.number > m.attempts - :max_attempts order by w.number limit :max_attempts) a on true
order by m.id desc, a.number
