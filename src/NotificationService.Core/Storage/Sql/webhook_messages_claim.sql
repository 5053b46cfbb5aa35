-- Takes due messages under a lease, endpoint by endpoint, so that none of them waits behind another one's.
-- $1 uuid   the endpoint after which to begin
-- $2 int    most endpoints to look at
-- of endpoints that this worker knows: $3 uuid[] endpoint, $4 int[] how many it may bring, none for 0, $5 boolean[] whether it is slow,
-- $6 bigint[] when it was last served: the smaller, the longer ago
-- $7 int    most of any other endpoint
-- $8 int    most in all of those that are not slow, $9 int of the slow ones
-- $10 uuid[] tenants, $11 boolean[] slow ones or the others, $12 int[] how many such calls each has under way here
-- $13 interval lease
-- $14 the due time before which nothing is looked for: what is dead before it is passed by in the index alone
--
-- Walks webhook_messages_due (endpoint_id, due_at, id) where state = 1 from endpoint to endpoint, a probe each. What is in flight or waits for its
-- next try has a later due_at: by it a lease ends by itself, and the row that a dead worker held is due again.
-- Where there are fewer permits than messages the tenants share them evenly, counting what they have under way, the slow permits apart from the others; a tenant's endpoints take turns,
-- whoever was served longest ago first. However many endpoints or messages one has, the others' turn comes.
-- A message waits while one of the same subject, before it, has not been tried yet: attempts begin in the order of the events. After that a
-- failing one holds up nobody.
-- Two workers at once: FOR UPDATE SKIP LOCKED, and the update takes only what was locked, by its place, as in deliveries_claim. What was locked and has no permit is free again at the commit.
-- One row without id gives the last endpoint of the walk, if there was one (in tenant_id), in claims whether the walk was cut short there, and in due_at
-- the oldest due time that it came by, two seconds ago at most.
with recursive walk as (
    (select m.endpoint_id, m.tenant_id, m.due_at, 1 as n from webhook_messages m
     where m.state = {message.pending} and m.endpoint_id > $1 and m.due_at >= $14 order by m.endpoint_id, m.due_at limit 1)
    union all
    (select next.endpoint_id, next.tenant_id, next.due_at, walk.n + 1
     from walk
     cross join lateral (
         select m.endpoint_id, m.tenant_id, m.due_at from webhook_messages m
         where m.state = {message.pending} and m.endpoint_id > walk.endpoint_id and m.due_at >= $14 order by m.endpoint_id, m.due_at limit 1) next
     where walk.n < $2)
),
open as (
    select walk.endpoint_id, walk.tenant_id, coalesce(held.max_count, $7) as max_count, coalesce(held.is_slow, false) as is_slow, coalesce(held.turn, 0) as turn, coalesce(busy.calls, 0) as calls
    from walk
    left join unnest($3::uuid[], $4::int[], $5::boolean[], $6::bigint[]) as held(endpoint_id, max_count, is_slow, turn) on held.endpoint_id = walk.endpoint_id
    left join unnest($10::uuid[], $11::boolean[], $12::int[]) as busy(tenant_id, is_slow, calls) on busy.tenant_id = walk.tenant_id and busy.is_slow = coalesce(held.is_slow, false)
    where walk.due_at <= (select clock_timestamp()) and coalesce(held.max_count, $7) > 0
),
lane as materialized (
    select open.*, case when is_slow then $9::int else $8::int end as permits, count(*) over (partition by is_slow) as lanes from open
),
candidate as materialized (
    select due.place, lane.is_slow, lane.turn, lane.permits, lane.endpoint_id,
        lane.calls + row_number() over (partition by lane.is_slow, lane.tenant_id order by due.number, lane.turn, lane.endpoint_id) as standing
    from lane
    cross join lateral (
        select first.place, row_number() over () as number
        from (
            select m.ctid as place from webhook_messages m
            where m.state = {message.pending} and m.endpoint_id = lane.endpoint_id and m.due_at >= $14 and m.due_at <= (select clock_timestamp())
              and (m.sequence = 1 or m.attempts > m.first_attempt or not exists (
                  select from webhook_messages earlier
                  where earlier.tenant_id = m.tenant_id and earlier.subject = m.subject and earlier.endpoint_id = m.endpoint_id and earlier.sequence < m.sequence
                    and earlier.state = {message.pending} and earlier.attempts = earlier.first_attempt))
            order by m.due_at, m.id
            limit least(lane.max_count, 1 + 2 * lane.permits / lane.lanes)
            for update of m skip locked
        ) first
    ) due
    where lane.permits > 0
),
picked as materialized (
    select place from (
        select place, permits, row_number() over (partition by is_slow order by standing, turn, endpoint_id) as n from candidate) ranked
    where n <= permits
),
claimed as (
    update webhook_messages m set claims = m.claims + 1, in_flight = true, due_at = clock_timestamp() + $13
    where m.ctid = any (array(select place from picked))
    returning m.id, m.tenant_id, m.claims, m.endpoint_id, m.event_id, m.body, m.attempts, m.first_attempt
)
select id, tenant_id, claims, endpoint_id, event_id, body, attempts, first_attempt, null::timestamptz as due_at from claimed
union all
select null, last.endpoint_id, coalesce(last.n >= $2, false)::int, null, null, null, null, null,
    least((select min(walk.due_at) from walk), clock_timestamp() - interval '2 seconds')
from (select) one left join lateral (select endpoint_id, n from walk order by n desc limit 1) last on true
