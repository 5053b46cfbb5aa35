-- Messages that are due and wait, counted up to 20,000 (and over up to 5,000 endpoints), and for how many seconds the oldest has.
-- Goes from endpoint to endpoint along webhook_messages_due (endpoint_id, due_at, id) where state = 1 and reads only what is due of each: what waits
-- for its next try, or is in flight, costs nothing.
with recursive walk as (
    (select m.endpoint_id, m.due_at, 1 as n from webhook_messages m where m.state = {message.pending} order by m.endpoint_id, m.due_at limit 1)
    union all
    (select next.endpoint_id, next.due_at, walk.n + 1
     from walk
     cross join lateral (
         select m.endpoint_id, m.due_at from webhook_messages m where m.state = {message.pending} and m.endpoint_id > walk.endpoint_id order by m.endpoint_id, m.due_at limit 1) next
     where walk.n < 5000)
),
waiting as (
    select from walk
    cross join lateral (
        select from webhook_messages m where m.state = {message.pending} and m.endpoint_id = walk.endpoint_id and m.due_at <= (select clock_timestamp()) order by m.due_at limit 20000) due
    limit 20000
)
select (select count(*) from waiting) as waiting, coalesce((select extract(epoch from clock_timestamp() - min(due_at)) from walk where due_at <= clock_timestamp()), 0)::float8 as seconds
