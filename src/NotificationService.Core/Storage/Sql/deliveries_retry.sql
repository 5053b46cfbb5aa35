-- Puts failed or expired deliveries back into the queue, by hand; their schedule starts over.
-- :tenant, :deliveries uuid[], :now, for the timeline; when they are due is the database's time, as the claim asks for it.
-- Those without an address stay as they are: no retry can help them. Of a chain nothing is taken while one of it may still reach the recipient, or
-- has: then it is no failure. Otherwise it starts over: the first of those given is due, the others wait behind it in new places.
-- Two at once: the second finds the status changed. Runs after deliveries_lock, in its transaction: a row that somebody changed after this statement began
-- would stand at a place that it does not see.
with before as materialized (
    select id, status, failure_kind, chain, overlay(id::text placing '0' from 36)::uuid as notification_id, overlay(id::text placing 'f' from 36)::uuid as last_id
    from (select distinct given.id as asked from unnest(:deliveries::uuid[]) as given(id) order by 1) given
    cross join lateral (select d.* from deliveries d where d.tenant_id = :tenant and d.id = given.asked offset 0) locked
),
eligible as (
    select before.id, before.status as was, before.chain, before.notification_id, siblings.last_place,
        row_number() over (partition by before.notification_id, before.chain = 0 order by before.chain) as n
    from before
    left join lateral (
        select max(d.chain) as last_place, bool_or(d.status < {status.suppressed}) as going_on from deliveries d
        where before.chain > 0 and d.id > before.notification_id and d.id <= before.last_id and d.tenant_id = :tenant and d.chain > 0) siblings on true
    where before.status in ({status.retryable}) and before.failure_kind is distinct from {failure.no_address} and siblings.going_on is not true
),
place as (
    select e.id, e.was, case when e.chain = 0 then 0 else e.last_place + e.n end as chain, e.chain > 0 and e.n > 1 as waits,
        case when e.chain > 0 and e.n > 1 then (
            select make_interval(secs => coalesce((e.n - 1) * n.fallback_after, 259200)) from notifications n where n.id = e.notification_id and n.tenant_id = :tenant)
        else interval '0' end as after
    from eligible e
),
again as (
    update deliveries d
    set status = case when place.waits then {status.scheduled} else {status.queued} end, due_at = clock_timestamp() + place.after, chain = place.chain,
        expires_at = null, retried_from = d.attempts, rescues = 0, ambiguous = false,
        failure_kind = null, failure_code = null, failure_message = null, provider_message_id = null, devices = null, timeline_seq = d.timeline_seq + 1
    from place
    -- A fence, as in deliveries_complete.
    cross join lateral (select h.ctid from deliveries h where h.tenant_id = :tenant and h.id = place.id offset 0) held_row
    where d.ctid = held_row.ctid
    returning d.id, place.was, d.status, d.timeline_seq, d.batch_id, d.live
),
change as (
    select :tenant::uuid as tenant_id, id as delivery_id, timeline_seq as seq, was, status, :now::timestamptz as at, batch_id, live,
        notification_meta.cause(case status when {status.scheduled} then {cause.retried_behind} else {cause.retried} end) as detail
    from again
),
{include change_recorded}
select before.id, coalesce(again.status, before.status) as status, again.id is not null as changed
from before left join again on again.id = before.id
order by before.id
