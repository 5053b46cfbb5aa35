-- What is due and waiting per channel: how many (exact up to 20,000 in all, and over up to 5,000 lanes) and for how many seconds.
-- Goes from lane to lane along deliveries_due (priority, tenant_id, channel, due_at, id) where status in (10, 20) and reads only what is due
-- of each: millions that are scheduled for later cost nothing.
with recursive lane as (
    (select d.priority, d.tenant_id, d.channel, 1 as n from deliveries d where d.status in ({status.waiting}) order by d.priority, d.tenant_id, d.channel limit 1)
    union all
    (select next.priority, next.tenant_id, next.channel, lane.n + 1
     from lane
     cross join lateral (
         select d.priority, d.tenant_id, d.channel from deliveries d
         where d.status in ({status.waiting}) and (d.priority, d.tenant_id, d.channel) > (lane.priority, lane.tenant_id, lane.channel)
         order by d.priority, d.tenant_id, d.channel limit 1) next
     where lane.n < 5000)
)
select channel, count(*) as waiting, extract(epoch from clock_timestamp() - min(due_at))::float8 as seconds
from (
    select lane.channel, due.due_at
    from lane
    cross join lateral (
        select d.due_at from deliveries d
        where d.status in ({status.waiting}) and d.priority = lane.priority and d.tenant_id = lane.tenant_id and d.channel = lane.channel
          and d.due_at <= (select clock_timestamp())
        order by d.due_at limit 20000) due
    limit 20000) waiting
group by channel
