-- What must be published to whoever listens, written in the statement that made it true and removed in the transaction that publishes it
-- (docs/decisions/0019-the-timeline-is-the-log.md). For a delivery it only points to a row of the timeline, which is the log.
create table outbox (
    shard     smallint not null,                     -- of 8; one relay at a time works on one
    position  bigint not null generated always as identity, -- of two rows of one subject the later change has the larger one
    tenant_id uuid not null,
    subject   uuid not null,                         -- a delivery, or an event
    seq       smallint not null,                     -- the delivery's row of the timeline; 0: the subject is a row of events
    target    uuid,                                  -- the webhook endpoint that asked for it once more; null: whoever listens
    primary key (shard, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
select notification_meta.protect_tenant_table('outbox', 'insert', 'select, insert, update, delete');
create policy worker_sees_the_queue on outbox to notification_worker using (true) with check (true);

-- All channels of a notification are in one shard: the last hexadecimal digit is the channel.
create function notification_meta.shard_of(id uuid) returns smallint language sql immutable parallel safe
    as $$ select (get_byte(uuid_send(id), 14) & 7)::smallint $$;
revoke all on function notification_meta.shard_of(uuid) from public;
grant execute on function notification_meta.shard_of(uuid) to notification_app, notification_worker;

-- Facts that are no delivery's: a batch or a file has ended, a provider is suspended, a webhook endpoint fails.
create table events (
    tenant_id   uuid not null,
    id          uuid not null,
    type        text not null check (type ~ '^[a-z_]+\.[a-z_]+$'),
    subject     uuid not null,                       -- the batch, the job, the provider, the endpoint
    occurred_at timestamptz not null,
    data        json not null,
    primary key (tenant_id, id)
);
create index events_occurred on events (occurred_at);
select notification_meta.protect_tenant_table('events', 'select, insert', 'select, insert');

-- Replays ask for what happened since an instant; the timeline is written in the order of time, or nearly.
create index timeline_at on timeline using brin (at) with (pages_per_range = 32, autosummarize = on);

-- Writes an event and its row in the outbox, in the shard of what it is about: what is published of one subject stays in its order. Called in the transaction that made it true, in the tenant's scope or by an owner's function.
create function notification_meta.publish_event(tenant uuid, event uuid, event_type text, about uuid, at timestamptz, payload json) returns void
language sql set search_path = public, pg_temp as $$
    insert into events (tenant_id, id, type, subject, occurred_at, data) values (tenant, event, event_type, about, at, payload);
    insert into outbox (shard, tenant_id, subject, seq) values (notification_meta.shard_of(about), tenant, event, 0);
$$;

-- A UUIDv7 for what the database itself publishes.
create function notification_meta.new_id() returns uuid language sql volatile as $$
    select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(gen_random_uuid()::text, 16))::uuid
    from (select lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') as h) x
$$;
revoke all on function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json), notification_meta.new_id() from public;
grant execute on function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json), notification_meta.new_id() to notification_app, notification_worker;

-- Housekeeping runs as the owner.
do $$ begin
    execute format('create policy owner_tells on outbox to %I using (true) with check (true)', current_user);
    execute format('create policy owner_tells on events to %I using (true) with check (true)', current_user);
end $$;

create function notification_meta.purge_events(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (select tenant_id, id from events where occurred_at < instant order by occurred_at limit batch_size),
    gone as (delete from events e using old where e.tenant_id = old.tenant_id and e.id = old.id returning 1)
    select count(*)::int from gone
$$;
revoke all on function notification_meta.purge_events(timestamptz, int) from public;
grant execute on function notification_meta.purge_events(timestamptz, int) to notification_worker;

-- The law of a chain (0011), which now also publishes what it cancels.
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
            update deliveries d set status = 72, timeline_seq = d.timeline_seq + 1
            where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (10, 20)
            returning d.id, d.timeline_seq, d.batch_id),
        counted as (
            insert into batch_changes (tenant_id, batch_id, status, delta)
            select new.tenant_id, ended.batch_id, change.status, change.delta
            from ended cross join lateral (values (0, -1), (72, 1)) as change(status, delta) where ended.batch_id is not null),
        published as (
            insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), new.tenant_id, id, timeline_seq from ended)
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
