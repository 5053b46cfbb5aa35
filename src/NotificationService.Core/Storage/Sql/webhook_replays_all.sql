-- Puts some of what happened since an instant into the outbox once more, addressed to one endpoint, for a replay. $1 tenant, $2 replay, $3 most,
-- $4 interval how much time to look through
-- A window of time at once, by timeline_at (a BRIN index: the timeline is written in the order of time) and events_occurred; within the window by keyset.
-- A notice is published in the shard of what it is about, as when it was new.
-- WITH TIES keeps the steps of one delivery at one instant together. Of a replay of one mode at most $3 rows are passed too, and of those the ones of its
-- mode queued, which the delivery, batch or job shows by its primary key; what is about none of them is live.
-- Answers how many were queued, how the replay stands, whether there was room, and whether all of the row range had nothing for it. Dies before the commit:
-- the replay stands where it stood.
with replay as materialized (
    select r.id, r.endpoint_id, r.live, r.until, r.reached, r.reached_id, least(r.until, r.reached + $4) as window_end,
        exists (select from webhook_endpoints e where e.tenant_id = $1 and e.id = r.endpoint_id and e.enabled) as is_wanted,
        -- A slow endpoint is not given more than it can chew.
        (select count(*) from (select from webhook_messages w where w.endpoint_id = r.endpoint_id and w.state = {message.pending} limit 5000) waiting) < 5000 as has_capacity
    from webhook_replays r where r.tenant_id = $1 and r.id = $2 and r.state = {replay.running} for update
),
passed as materialized (
    select happened.at, happened.subject, happened.seq, happened.about
    from (
        select t.at, t.delivery_id as subject, t.seq, t.delivery_id as about
        from notification_meta.timeline_between((select reached from replay), (select window_end from replay)) t
        union all
        select e.occurred_at, e.id, 0::smallint, e.subject from events e
        where e.tenant_id = $1 and e.occurred_at >= (select reached from replay) and e.occurred_at < (select window_end from replay)
    ) happened
    cross join replay
    where replay.is_wanted and replay.has_capacity
      and (replay.reached_id is null or (happened.at, happened.subject) > (replay.reached, replay.reached_id))
    order by happened.at, happened.subject
    fetch first $3 rows with ties
),
picked as materialized (
    select passed.* from passed cross join replay
    where replay.live is null or replay.live = coalesce(
        (select d.live from deliveries d where d.id = passed.subject and d.tenant_id = $1),
        (select b.live from batches b where b.tenant_id = $1 and b.id = passed.about),
        (select j.live from bulk_jobs j where j.tenant_id = $1 and j.id = passed.about),
        true)
),
published as (
    insert into outbox (shard, tenant_id, subject, seq, target)
    select notification_meta.shard_of(picked.about), $1, picked.subject, picked.seq, replay.endpoint_id from picked cross join replay order by picked.at, picked.subject, picked.seq
    returning 1
),
taken as (
    select count(*)::int as n, (select count(*) from passed) < $3 as is_end_of_window from picked
),
done as (
    update webhook_replays r
    set queued = r.queued + taken.n,
        reached = case when not replay.has_capacity then r.reached when taken.is_end_of_window then replay.window_end else (select at from passed order by at desc, subject desc limit 1) end,
        reached_id = case when not replay.has_capacity then r.reached_id when taken.is_end_of_window then null else (select subject from passed order by at desc, subject desc limit 1) end,
        state = case when not replay.is_wanted then {replay.stopped} when replay.has_capacity and taken.is_end_of_window and replay.window_end >= r.until then {replay.done} else {replay.running} end
    from replay, taken where r.tenant_id = $1 and r.id = replay.id
    returning r.state
)
select taken.n, done.state, (select has_capacity from replay), taken.n = 0 and taken.is_end_of_window from taken, done where (select count(*) from published) >= 0
