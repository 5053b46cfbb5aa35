-- The law of a chain, restored in the statement in which one of its deliveries ends, whoever ends it: a worker, a receipt, a suppression.
--   1. Once one is delivered or read, what still waits is cancelled: not needed. A push that some of its devices have already is sent.
--   2. One that waits, and whose predecessor ended without success, is due now.
-- It asks how the chain stands, not what has changed, so that to run it once more changes nothing. Whoever runs it holds the chain's lock
-- until its commit and reads after having it: of two that end at once the later one sees both.
-- It runs as whoever ends the delivery, in that tenant's scope.
create or replace function notification_meta.chain_goes_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    first_id uuid := overlay(new.id::text placing '0' from 36)::uuid;
    last_id uuid := overlay(new.id::text placing 'f' from 36)::uuid;
    now_at timestamptz;
    success smallint;
    next_id uuid; next_place smallint; ended_channel smallint; ended_status smallint; after_seconds int;
    changes int;
begin
    perform pg_advisory_xact_lock(hashtextextended(first_id::text, 9));
    now_at := clock_timestamp();

    select d.channel into success from deliveries d
    where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in ({status.reached})
    order by d.chain limit 1;
    if found then
        with ended as (
            update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
            where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in ({status.waiting})
            returning d.id, d.timeline_seq, d.batch_id, d.live, d.status, d.devices),
        change as (
            select new.tenant_id as tenant_id, id as delivery_id, timeline_seq as seq, {status.queued} as was, status, now_at as at, batch_id, live,
                notification_meta.cause({cause.not_needed}, devices, success) as detail
            from ended),
        {include change_recorded}
        select count(*) into changes from ended; -- not needed
        return null;
    end if;

    select waiting.id, waiting.chain, earlier.channel, earlier.status into next_id, next_place, ended_channel, ended_status
    from deliveries waiting
    cross join lateral (
        select d.channel, d.status from deliveries d
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.chain < waiting.chain
        order by d.chain desc limit 1) earlier
    where waiting.id > first_id and waiting.id <= last_id and waiting.tenant_id = new.tenant_id and waiting.chain > 0 and waiting.status = {status.scheduled}
      and earlier.status in ({status.without_success})
    order by waiting.chain limit 1;
    if found then
        with woken as (
            update deliveries d set status = {status.queued}, due_at = now_at, timeline_seq = d.timeline_seq + 1 where d.tenant_id = new.tenant_id and d.id = next_id and d.status = {status.scheduled}
            returning d.id, d.timeline_seq, d.batch_id, d.live, d.status),
        change as (
            select new.tenant_id as tenant_id, id as delivery_id, timeline_seq as seq, {status.scheduled} as was, status, now_at as at, batch_id, live,
                notification_meta.cause({cause.fallback}, null, ended_channel, ended_status) as detail
            from woken),
        {include change_recorded}
        select count(*) into changes from woken; -- not needed

        -- Those behind it have their time after it, not after the beginning.
        select n.fallback_after into after_seconds from notifications n where n.id = first_id and n.tenant_id = new.tenant_id;
        update deliveries d set due_at = least(d.due_at, now_at + make_interval(secs => (d.chain - next_place) * after_seconds))
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > next_place and d.status = {status.scheduled} and after_seconds is not null;
    end if;
    return null;
end $$;

revoke all on function notification_meta.chain_goes_on() from public;
