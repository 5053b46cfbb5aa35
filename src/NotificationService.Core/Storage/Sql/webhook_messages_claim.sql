-- Takes due messages under a lease, endpoint by endpoint, so that none of them waits behind another one's.
-- $1 uuid   the endpoint after which to begin
-- $2 int    most endpoints to look at
-- $3 uuid[] endpoints of which only so many may be taken, $4 int[] how many; none for 0
-- $5 int    most of any other endpoint
-- $6 int    most in all
-- $7 interval lease
--
-- Walks webhook_messages_due (endpoint_id, due_at, id) where state = 1 from endpoint to endpoint, a probe each. What is in hand or waits for its
-- next try has a later due_at: by it a lease ends by itself, and the row that a dead worker held is due again.
-- A message waits while one of the same subject, before it, has not been tried yet: attempts begin in the order of the events. After that a
-- failing one holds up nobody.
-- Two workers at once: FOR UPDATE SKIP LOCKED, and the update takes exactly what was locked.
-- One row without id tells the last endpoint of the walk (in tenant_id), and in claims whether the walk was cut short there.
with recursive walk as (
    (select m.endpoint_id, m.due_at, 1 as n from webhook_messages m
     where m.state = 1 and m.endpoint_id > $1 order by m.endpoint_id, m.due_at limit 1)
    union all
    (select next.endpoint_id, next.due_at, walk.n + 1
     from walk
     cross join lateral (
         select m.endpoint_id, m.due_at from webhook_messages m
         where m.state = 1 and m.endpoint_id > walk.endpoint_id order by m.endpoint_id, m.due_at limit 1) next
     where walk.n < $2)
),
lane as materialized (
    select walk.endpoint_id, coalesce(held.most, $5) as most
    from walk left join unnest($3::uuid[], $4::int[]) as held(endpoint_id, most) on held.endpoint_id = walk.endpoint_id
    where walk.due_at <= (select clock_timestamp()) and coalesce(held.most, $5) > 0
),
picked as materialized (
    select due.id
    from lane
    cross join lateral (
        select m.id from webhook_messages m
        where m.state = 1 and m.endpoint_id = lane.endpoint_id and m.due_at <= (select clock_timestamp())
          and (m.sequence = 1 or m.attempts > m.first_attempt or not exists (
              select from webhook_messages earlier
              where earlier.subject = m.subject and earlier.endpoint_id = m.endpoint_id and earlier.sequence < m.sequence
                and earlier.state = 1 and earlier.attempts = earlier.first_attempt))
        order by m.due_at, m.id
        limit lane.most
        for update of m skip locked
    ) due
    limit $6
),
claimed as (
    update webhook_messages m set claims = m.claims + 1, in_hand = true, due_at = clock_timestamp() + $7
    where m.id = any (array(select id from picked))
    returning m.id, m.tenant_id, m.claims, m.endpoint_id, m.event_id, m.body, m.attempts, m.first_attempt
)
select id, tenant_id, claims, endpoint_id, event_id, body, attempts, first_attempt from claimed
union all
select null, last.endpoint_id, (last.n >= $2)::int, null, null, null, null, null from (select endpoint_id, n from walk order by n desc limit 1) last
