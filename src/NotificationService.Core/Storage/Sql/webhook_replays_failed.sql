-- Queues some of what failed or was dropped once more, for a replay. :tenant, :replay, :max, :max_attempts most attempts that a message may have
-- Walks webhook_messages_unsent (tenant_id, endpoint_id, live, id) where state in (3, 4) of each mode that it brings back; by keyset, so that what fails
-- again is not taken twice. The order names the endpoint and the mode, so that no other index has it.
-- A message is made after what it reports has happened: what has an earlier id than that need not be read. An hour is for clocks that differ.
-- Answers how many were queued, how the replay stands, and two columns for those of webhook_replays_all. Dies before the commit: the replay stands where it stood.
with replay as materialized (
    select r.id, r.endpoint_id, r.since, r.until, case when r.live is null then '{true,false}'::boolean[] else array[r.live] end as modes,
        coalesce(r.reached_id, notification_meta.uuid_floor(r.since - interval '1 hour')) as after,
        exists (select from webhook_endpoints e where e.tenant_id = :tenant and e.id = r.endpoint_id and e.enabled) as is_wanted,
        -- A slow endpoint is not given more than it can chew.
        (select count(*) from (select from webhook_messages w where w.endpoint_id = r.endpoint_id and w.state = {message.pending} limit 5000) waiting) < 5000 as has_capacity
    from webhook_replays r where r.tenant_id = :tenant and r.id = :replay and r.state = {replay.running} for update
),
picked as materialized (
    select m.id from replay
    cross join lateral (
        select f.id from unnest(replay.modes) as mode(live)
        cross join lateral (
            select f.id from webhook_messages f
            where f.tenant_id = :tenant and f.state in ({message.unsent})
              and (f.endpoint_id, f.live, f.id) > (replay.endpoint_id, mode.live, replay.after)
              and (f.endpoint_id, f.live, f.id) <= (replay.endpoint_id, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
              and f.attempts < :max_attempts and f.occurred_at >= replay.since and f.occurred_at < replay.until
            order by f.endpoint_id, f.live, f.id limit :max for update) f
        order by f.id limit :max) m
    where replay.is_wanted and replay.has_capacity
),
again as (
    update webhook_messages m set state = {message.pending}, reason = null, first_attempt = m.attempts, due_at = clock_timestamp(), ended_at = null
    from picked
    -- A fence, as in webhook_messages_complete.
    cross join lateral (select h.ctid from webhook_messages h where h.tenant_id = :tenant and h.id = picked.id offset 0) held
    where m.ctid = held.ctid
    returning m.id
),
done as (
    update webhook_replays r
    set queued = r.queued + (select count(*) from again), reached_id = coalesce((select id from picked order by id desc limit 1), r.reached_id),
        reached = case when replay.has_capacity and (select count(*) from picked) < :max then r.until else r.reached end,
        state = case when not replay.is_wanted then {replay.stopped} when replay.has_capacity and (select count(*) from picked) < :max then {replay.done} else {replay.running} end
    from replay where r.tenant_id = :tenant and r.id = replay.id
    returning r.state
)
select (select count(*)::int from again) as queued, state, true as has_capacity, false as is_empty from done
