-- Drops some of what is queued for endpoints that are disabled or gone. $1 most, $2 the endpoint after which to begin
-- Walks webhook_messages_due (endpoint_id, due_at, id) where state = 1 from endpoint to endpoint, a probe each, and asks which of them are unwanted.
-- What is in flight is left to whoever holds it; workers skip each other's. An endpoint that is enabled at this very moment loses what was taken
-- before: it was disabled when that was read. Answers how many were dropped, the last endpoint that was looked at, and whether there are more behind it. Dies before the commit: all of it is there as before.
with recursive walk as (
    (select m.endpoint_id, m.tenant_id, 1 as n from webhook_messages m where m.state = {message.pending} and m.endpoint_id > $2 order by m.endpoint_id limit 1)
    union all
    (select next.endpoint_id, next.tenant_id, walk.n + 1
     from walk
     cross join lateral (
         select m.endpoint_id, m.tenant_id from webhook_messages m where m.state = {message.pending} and m.endpoint_id > walk.endpoint_id order by m.endpoint_id limit 1) next
     where walk.n < 5000)
),
unwanted as materialized (select * from notification_meta.unwanted_endpoints(array(select tenant_id from walk order by n), array(select endpoint_id from walk order by n))),
picked as materialized (
    select queued.place, unwanted.reason
    from unwanted
    cross join lateral (
        select m.ctid as place from webhook_messages m where m.state = {message.pending} and m.endpoint_id = unwanted.id and not m.in_flight
        order by m.due_at, m.id limit $1 for update of m skip locked) queued
    limit $1
),
dropped as (
    update webhook_messages m set state = {message.dropped}, reason = picked.reason, ended_at = clock_timestamp()
    from picked where m.ctid = picked.place and m.ctid = any (array(select place from picked)) returning 1
)
select (select count(*)::int from dropped), last.endpoint_id, coalesce(last.n >= 5000, false)
from (values (1)) one left join (select endpoint_id, n from walk order by n desc limit 1) last on true
