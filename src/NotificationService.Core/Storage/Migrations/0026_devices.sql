-- A push to several devices is one delivery (docs/decisions/0032-one-delivery-several-devices.md). What became of each device, as the API
-- shows it: {"reached": 1, "total": 2, "outcomes": [{"device": …, "outcome": …, "attempts": …}]}. Null for everything else.
alter table deliveries
    add column devices jsonb,
    add column segments smallint,      -- parts that a text message was billed as
    add column sms_encoding smallint;  -- 1 GSM-7, 2 UCS-2
alter table attempts add column sms_encoding smallint;

-- What the vendor sent, cut and without secrets and addresses; it goes with its row after 30 days.
alter table receipts add column raw text;
-- What was reported of one delivery. A receipt enters it once, when it has ended.
create index receipts_of_delivery on receipts (tenant_id, delivery_id) where state in (2, 3);

-- A push that waits to be tried again for some devices and is stopped is sent, if another device has it; else it is cancelled.
create function notification_meta.stopped_status(devices jsonb) returns smallint language sql immutable parallel safe
    as $$ select case when (devices->>'reached')::int > 0 then 40 else 72 end::smallint $$;

-- Those that were still to be tried are given up.
create function notification_meta.stopped_devices(devices jsonb) returns jsonb language sql immutable parallel safe as $$
    select case when devices is not null then devices || jsonb_build_object('outcomes', (
        select jsonb_agg(case when o ? 'nextAttemptAt' then o - 'nextAttemptAt' || jsonb_build_object(
            'outcome', case o->>'outcome' when 'ambiguous' then 'ambiguous' else 'given_up' end) else o end order by n)
        from jsonb_array_elements(devices->'outcomes') with ordinality as e(o, n))) end
$$;

-- Why, for the timeline.
create function notification_meta.stopped_detail(devices jsonb, code text, message text) returns json language sql immutable parallel safe as $$
    select case when devices is null then json_build_object('code', code, 'message', message)
        else json_build_object('code', code, 'message', format('%s of %s devices have it; %s', devices->>'reached', devices->>'total', message), 'devices', devices) end
$$;
revoke all on function notification_meta.stopped_status(jsonb), notification_meta.stopped_devices(jsonb), notification_meta.stopped_detail(jsonb, text, text) from public;
grant execute on function notification_meta.stopped_status(jsonb), notification_meta.stopped_devices(jsonb), notification_meta.stopped_detail(jsonb, text, text)
    to notification_app, notification_worker;

-- The law of a chain (0013): what it stops and some device has is sent.
create or replace function notification_meta.chain_goes_on() returns trigger
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
            update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
            where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (10, 20)
            returning d.id, d.timeline_seq, d.batch_id, d.status, d.devices),
        counted as (
            insert into batch_changes (tenant_id, batch_id, status, delta)
            select new.tenant_id, ended.batch_id, change.status, change.delta
            from ended cross join lateral (values (0::smallint, -1), (ended.status, 1)) as change(status, delta) where ended.batch_id is not null),
        published as (
            insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), new.tenant_id, id, timeline_seq from ended)
        insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
        select new.tenant_id, id, timeline_seq, status, now_at,
            notification_meta.stopped_detail(devices, 'not_needed', notification_meta.channel_name(success) || ' reached the recipient') from ended;
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
