-- Leases up to :amount of what is left of :quota on :day; less the less there is, so that little lies unused at other nodes when it ends. Answers what was granted:
-- 0 when nothing is left. With it goes what is published, once of a counter and day: quota.near when 80 % are leased, quota.reached when all is.
-- :tenant, :counter, :channel, :prefix of the numbers or null, :ends_at the end of the day. Uses the primary key. Two nodes at once: the row lock orders them. Without
-- a row both insert one; whose insert finds the other's answers no row, and is to ask again. What changes nothing writes nothing.
with held as materialized (
    select taken, near_at, reached_at from daily_counts where tenant_id = :tenant and day = :day and counter = :counter for update
),
found as materialized (
    select coalesce(max(taken), 0) as taken, max(near_at) as near_at, max(reached_at) as reached_at, count(*) = 1 as is_there from held
),
grants as materialized (
    select f.*, greatest(0, least(:amount::bigint, greatest(1, (:quota::bigint - f.taken) / 8), :quota::bigint - f.taken)) as granted from found f
),
news as materialized (
    select g.*, g.taken + g.granted as used, g.near_at is null and (g.taken + g.granted) * 10 >= :quota::bigint * 8 as is_near, g.reached_at is null and g.taken + g.granted >= :quota::bigint as is_reached,
        json_build_object('channel', :channel::smallint, 'prefix', :prefix::text, 'quota', :quota::bigint, 'used', g.taken + g.granted, 'day', :day::date, 'ends_at', :ends_at::timestamptz) as facts
    from grants g
),
updated as (
    update daily_counts c
    set taken = n.used, near_at = case when n.is_near then clock_timestamp() else c.near_at end, reached_at = case when n.is_reached then clock_timestamp() else c.reached_at end
    from news n
    where c.tenant_id = :tenant and c.day = :day and c.counter = :counter and n.is_there and (n.granted > 0 or n.is_near or n.is_reached)
    returning 1
),
inserted as (
    insert into daily_counts (tenant_id, day, counter, taken, near_at, reached_at)
    select :tenant, :day, :counter, n.used, case when n.is_near then clock_timestamp() end, case when n.is_reached then clock_timestamp() end from news n where not n.is_there
    on conflict (tenant_id, day, counter) do nothing
    returning 1
)
select n.granted,
    case when n.is_near then notification_meta.publish_event(:tenant, notification_meta.new_id(), 'quota.near', :tenant, clock_timestamp(), n.facts)::text end as near,
    case when n.is_reached then notification_meta.publish_event(:tenant, notification_meta.new_id(), 'quota.reached', :tenant, clock_timestamp(), n.facts)::text end as reached
from news n
where exists (select from updated) or exists (select from inserted) or (n.is_there and n.granted = 0)
