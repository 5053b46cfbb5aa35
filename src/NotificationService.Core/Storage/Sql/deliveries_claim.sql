-- Takes up to :max due deliveries under a lease, fair over lanes, and says how far it looked.
--
-- A lane is (tenant, channel) within a priority class. For each class the statement walks the partial index
-- deliveries_due from lane to lane (a loose index scan: one probe per lane, never a count) and takes the same share of
-- each lane that has something due. A walk ends after as many lanes as the class may have rows. One row without id per
-- class gives the last lane of its walk, if there was one, whether the walk was cut short there (in claims: then the
-- caller goes on from there the next time), whether something was due (in ambiguous), and the oldest due time it came
-- by, two seconds ago at most (in due_at).
--
-- :max int: rows in all
-- :classes smallint[]: in the order they are served
-- :class_max int[]: rows of each class
-- :after_tenants uuid[], :after_channels smallint[]: per class the lane after which to begin
-- :lease_time interval
-- :lease uuid: a new one for each claim, the fencing token of what is claimed
-- :limited_tenants uuid[], :limited_channels smallint[], :limits int[]: lanes that may bring only so many, because their provider cannot take more now;
--   none for 0
-- :watermarks timestamptz[]: per class the due time before which nothing is looked for: what is dead before it is passed by in the index alone
--
-- The time is asked for in a subselect: asked once, it bounds the index scan. Written plainly it would be a filter, and a lane with one
-- due row would be read to its end, through everything that is scheduled for later.
-- A suspended tenant's lanes are walked and bring nothing, and what waits there bounds no watermark: once it is resumed, the next look through everything finds it.
-- Relies on deliveries_due (priority, tenant_id, channel, due_at, id) where status in (10, 20).
-- Two workers at once: FOR UPDATE SKIP LOCKED, and the update takes what was locked, by its place: locked, a row cannot move. One that somebody
-- changed between the look and the lock stands at a place that this statement does not see; it is due for the next claim.
-- Dies after it: the lease runs out; call_started_at is null, so the row goes back untouched.
with class as (
    select * from unnest(:classes::smallint[], :class_max::int[], :after_tenants::uuid[], :after_channels::smallint[], :watermarks::timestamptz[]) with ordinality
        as c(priority, max_count, after_tenant, after_channel, watermark, rank)
),
suspended as materialized (
    select tenant_id from notification_meta.suspended_tenants(1000000) as s(tenant_id)
),
walk as materialized (
    select class.rank, class.priority, class.max_count, class.watermark, path.tenant_id, path.channel, path.due_at, path.n
    from class
    cross join lateral (
        with recursive step as (
            (select d.tenant_id, d.channel, d.due_at, 1 as n
             from deliveries d
             where d.status in ({status.waiting}) and d.priority = class.priority
               and (d.tenant_id, d.channel) > (class.after_tenant, class.after_channel) and d.due_at >= class.watermark
             order by d.tenant_id, d.channel, d.due_at limit 1)
            union all
            (select next.tenant_id, next.channel, next.due_at, step.n + 1
             from step
             cross join lateral (
                 select d.tenant_id, d.channel, d.due_at
                 from deliveries d
                 where d.status in ({status.waiting}) and d.priority = class.priority
                   and (d.tenant_id, d.channel) > (step.tenant_id, step.channel) and d.due_at >= class.watermark
                 order by d.tenant_id, d.channel, d.due_at limit 1) next
             where step.n < class.max_count)
        )
        select * from step
    ) path
),
lane as (
    select walk.*, held.max_count as capacity, count(*) over (partition by walk.rank) as lanes
    from walk
    left join unnest(:limited_tenants::uuid[], :limited_channels::smallint[], :limits::int[]) as held(tenant_id, channel, max_count)
        on held.tenant_id = walk.tenant_id and held.channel = walk.channel
    where walk.due_at <= (select clock_timestamp()) and coalesce(held.max_count, 1) > 0
      and walk.tenant_id not in (select tenant_id from suspended)
),
picked as materialized (
    select due.place
    from lane
    cross join lateral (
        select d.ctid as place
        from deliveries d
        where d.status in ({status.waiting}) and d.priority = lane.priority and d.tenant_id = lane.tenant_id and d.channel = lane.channel
          and d.due_at >= lane.watermark and d.due_at <= (select clock_timestamp())
        order by d.due_at, d.id
        limit least(lane.capacity, (lane.max_count + lane.lanes - 1) / lane.lanes)
        for update of d skip locked
    ) due
    order by lane.rank
    limit :max
),
claimed as (
    update deliveries d
    set status = {status.sending},
        claims = d.claims + 1,
        lease_owner = :lease,
        lease_until = clock_timestamp() + :lease_time,
        call_started_at = null
    where d.ctid = any (array(select place from picked))
    returning d.*
)
select id, tenant_id, priority, channel, claims, attempts, retried_from, timeline_seq, rescues, ambiguous, due_at, expires_at,
    call_started_at, clock_timestamp() as claimed_at, provider_id, batch_id, devices
from claimed
union all
select null, last.tenant_id, class.priority, last.channel, coalesce(last.n = class.max_count, false)::int, 0::smallint, 0::smallint, 0::smallint, 0::smallint,
    exists (select from lane where lane.rank = class.rank),
    least((select min(walk.due_at) from walk where walk.rank = class.rank and walk.tenant_id not in (select tenant_id from suspended)), clock_timestamp() - interval '2 seconds'),
    null, null, null, null, null, null
from class left join lateral (select walk.tenant_id, walk.channel, walk.n from walk where walk.rank = class.rank order by walk.n desc limit 1) last on true
