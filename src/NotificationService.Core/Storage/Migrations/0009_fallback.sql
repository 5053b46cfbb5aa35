-- Strategy 1 sends on all channels at once, 2 tries one after the other (docs/decisions/0014-fallback-in-rows.md).
alter table notifications
    add column strategy smallint not null default 1,
    add column fallback_after int, -- seconds that each channel has before the next one is tried; null: until it fails
    add column skipped json;       -- channels that got no delivery, and why; for whoever asks afterwards

-- The place in its notification's chain, from 1; 0 for what is in none.
alter table deliveries add column chain smallint not null default 0;

-- The law of a chain, restored in the statement in which one of its deliveries ends, whoever ends it: a worker, a receipt, a suppression.
--   1. Once one is delivered or read, what still waits is cancelled: not needed.
--   2. One that waits, and whose predecessor ended without success, is due now.
-- It asks how the chain stands, not what has changed, so that to run it once more changes nothing. Whoever runs it holds the chain's lock
-- until its commit and reads after having it: of two that end at once the later one sees both.
-- It runs as whoever ends the delivery, in that tenant's scope.
create function notification_meta.chain_goes_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    first_id uuid := overlay(new.id::text placing '0' from 36)::uuid;
    last_id uuid := overlay(new.id::text placing 'f' from 36)::uuid;
    now_at timestamptz;
    success smallint;
    next_id uuid; next_place smallint; ended_channel smallint; ended_status smallint; after_seconds int;
begin
    perform pg_advisory_xact_lock(hashtextextended(first_id::text, 9));
    now_at := clock_timestamp();

    select d.channel into success from deliveries d
    where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (50, 60)
    order by d.chain limit 1;
    if found then
        with ended as (
            update deliveries d set status = 72, timeline_seq = d.timeline_seq + 1
            where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (10, 20)
            returning d.id, d.timeline_seq)
        insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
        select new.tenant_id, id, timeline_seq, 72, now_at,
            json_build_object('code', 'not_needed', 'message', notification_meta.channel_name(success) || ' reached the recipient') from ended;
        return null;
    end if;

    select waiting.id, waiting.chain, earlier.channel, earlier.status into next_id, next_place, ended_channel, ended_status
    from deliveries waiting
    cross join lateral (
        select d.channel, d.status from deliveries d
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.chain < waiting.chain
        order by d.chain desc limit 1) earlier
    where waiting.id > first_id and waiting.id <= last_id and waiting.tenant_id = new.tenant_id and waiting.chain > 0 and waiting.status = 10
      and earlier.status in (70, 71, 73, 74)
    order by waiting.chain limit 1;
    if found then
        with woken as (
            update deliveries d set status = 20, due_at = now_at, timeline_seq = d.timeline_seq + 1 where d.id = next_id and d.status = 10
            returning d.id, d.timeline_seq)
        insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
        select new.tenant_id, id, timeline_seq, 20, now_at, json_build_object('code', 'fallback', 'message', notification_meta.channel_name(ended_channel)
            || case ended_status when 70 then ' was suppressed' when 71 then ' expired' when 74 then ' bounced' else ' failed' end) from woken;

        -- Those behind it have their time after it, not after the beginning.
        select n.fallback_after into after_seconds from notifications n where n.id = first_id and n.tenant_id = new.tenant_id;
        update deliveries d set due_at = least(d.due_at, now_at + make_interval(secs => (d.chain - next_place) * after_seconds))
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > next_place and d.status = 10 and after_seconds is not null;
    end if;
    return null;
end $$;

create function notification_meta.channel_name(channel smallint) returns text language sql immutable
    as $$ select (array['email', 'sms', 'push', 'whatsapp', 'in_app'])[channel] $$;

-- 10 or 20 after 30: a worker puts it back, to wait for its time or for a retry; meanwhile another may have ended.
create trigger deliveries_chain after update of status on deliveries
for each row when (new.chain > 0 and new.status <> old.status and (new.status in (50, 60, 70, 71, 73, 74) or (new.status in (10, 20) and old.status = 30)))
execute function notification_meta.chain_goes_on();

-- A version that a test was sent with stays as it is, also if it is never published: the test's deliveries are bound to it.
alter table template_versions add column tested_at timestamptz;
create or replace function notification_meta.refuse_change_of_published_version() returns trigger language plpgsql as $$
begin
    if old.published_at is not null or (old.tested_at is not null and (new.contents::text, new.channels, new.tested_at) is distinct from (old.contents::text, old.channels, old.tested_at)) then
        raise exception 'version % of template % is published, or was sent as a test, and cannot change', old.version, old.template_id
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

revoke all on function notification_meta.chain_goes_on(), notification_meta.channel_name(smallint) from public;
grant execute on function notification_meta.channel_name(smallint) to notification_app, notification_worker;
