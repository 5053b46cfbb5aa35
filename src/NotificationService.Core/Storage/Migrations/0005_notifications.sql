-- Written once per accepted request, wide, never updated. Partitioned by month on the id, which is a UUIDv7.
create table notifications (
    id               uuid not null,
    tenant_id        uuid not null,
    account_id       uuid,
    live             boolean not null,
    template_id      uuid,
    template_version int,
    category         text,
    reference        text,
    priority         smallint not null,
    recipient        json not null,
    data             json,
    content          json,
    metadata         json,
    trace_parent     text,
    send_at          timestamptz,
    expires_at       timestamptz,
    created_at       timestamptz not null,
    primary key (id)
) partition by range (id);
create index notifications_tenant on notifications (tenant_id, id);
create index notifications_reference on notifications (tenant_id, reference, id) where reference is not null;
select notification_meta.protect_tenant_table('notifications', 'select, insert', 'select');

-- The one row that is claimed and updated. Narrow; unpartitioned; its own vacuum settings.
create table deliveries (
    id              uuid not null,
    tenant_id       uuid not null,
    channel         smallint not null,
    priority        smallint not null,
    status          smallint not null,
    claims          int not null default 0,       -- the fencing token: raised by every claim
    attempts        smallint not null default 0,  -- provider calls begun
    retried_from    smallint not null default 0,  -- attempts when somebody asked for a retry by hand
    rescues         smallint not null default 0,  -- times it was taken back from the dead
    timeline_seq    smallint not null default 1,  -- sequence of its last timeline row
    due_at          timestamptz not null,
    expires_at      timestamptz,
    lease_until     timestamptz,
    call_started_at timestamptz,
    lease_owner     uuid,
    provider_id     uuid,
    failure_kind    smallint,
    ambiguous       boolean not null default false, -- some attempt may have gone out without our knowing
    failure_code    text,
    failure_message text,
    provider_message_id text,
    primary key (id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 20000);
-- What may be claimed. A lane is (tenant, channel); claim skips from lane to lane along this index.
create index deliveries_due on deliveries (priority, tenant_id, channel, due_at, id) where status in (10, 20);
create index deliveries_leased on deliveries (lease_until) where status = 30;
-- What went wrong, for lists filtered by status; the successful path never writes here.
create index deliveries_ended_badly on deliveries (tenant_id, status, id) where status >= 70;
select notification_meta.protect_tenant_table('deliveries', 'select, insert, update', 'select, update');
create policy worker_sees_the_queue on deliveries to notification_worker using (true) with check (true);

create table timeline (
    delivery_id uuid not null,
    seq         smallint not null,
    tenant_id   uuid not null,
    status      smallint not null,
    at          timestamptz not null,
    detail      json,
    primary key (delivery_id, seq)
) partition by range (delivery_id);
select notification_meta.protect_tenant_table('timeline', 'select, insert', 'select, insert');

create table attempts (
    delivery_id uuid not null,
    number      smallint not null,
    tenant_id   uuid not null,
    provider_id uuid,
    outcome     smallint not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    code        text,
    message     text,
    provider_message_id text,
    primary key (delivery_id, number)
) partition by range (delivery_id);
select notification_meta.protect_tenant_table('attempts', 'select, insert', 'select, insert');

-- One row per Idempotency-Key, written in the accept transaction and purged after 24 hours.
create table idempotency_keys (
    tenant_id   uuid not null,
    key_hash    bytea not null,
    fingerprint bytea not null,
    status_code smallint not null,
    response    text not null,
    created_at  timestamptz not null default now(),
    primary key (tenant_id, key_hash)
);
create index idempotency_keys_created on idempotency_keys (created_at);
select notification_meta.protect_tenant_table('idempotency_keys', 'select, insert', '');

-- The smallest UUIDv7 of an instant: the bound between two partitions.
create function notification_meta.uuid_floor(instant timestamptz) returns uuid language sql immutable as $$
    select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    from (select lpad(to_hex((extract(epoch from instant) * 1000)::bigint), 12, '0') as h) x
$$;

-- Makes the partitions of this month and of the months ahead; anyone may call it any number of times.
create function notification_meta.ensure_partitions(months_ahead int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parent text; m int; from_month timestamptz; partition_name text; made int := 0;
begin
    perform pg_advisory_xact_lock(520093698);
    foreach parent in array array['notifications', 'timeline', 'attempts'] loop
        for m in -1..months_ahead loop
            from_month := date_trunc('month', now() at time zone 'utc') at time zone 'utc' + make_interval(months => m);
            partition_name := parent || to_char(from_month at time zone 'utc', '"_y"YYYY"m"MM');
            if to_regclass(partition_name) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)', partition_name, parent,
                    notification_meta.uuid_floor(from_month), notification_meta.uuid_floor(from_month + interval '1 month'));
                execute format('alter table %I enable row level security', partition_name);
                execute format('alter table %I force row level security', partition_name);
                made := made + 1;
            end if;
        end loop;
        partition_name := parent || '_default';
        if to_regclass(partition_name) is null then
            execute format('create table %I partition of %I default', partition_name, parent);
            execute format('alter table %I enable row level security', partition_name);
            execute format('alter table %I force row level security', partition_name);
        end if;
    end loop;
    return made;
end $$;
select notification_meta.ensure_partitions(3);

-- Housekeeping runs as the owner, past the tenants' scopes: it may see what waits, and remove only what has ended.
do $$ begin
    execute format('create policy owner_sees_what_waits on deliveries for select to %I using (true)', current_user);
    execute format('create policy owner_removes_what_ended on deliveries for delete to %I using (status not in (10, 20, 30))', current_user);
    execute format('create policy owner_locks_what_ended on deliveries for update to %I using (status not in (10, 20, 30))', current_user);
    execute format('create policy owner_removes_old_keys on idempotency_keys to %I using (created_at < now() - interval ''24 hours'')', current_user);
end $$;

-- Drops whole months that ended before the instant, unless something accepted in them still waits to be sent.
-- Gives up rather than wait for a lock.
create function notification_meta.drop_partitions_before(instant timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare part record; until_when timestamptz; dropped int := 0;
begin
    for part in
        select c.relname, make_timestamptz(left(right(c.relname, 7), 4)::int, right(c.relname, 2)::int, 1, 0, 0, 0, 'UTC') as began
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname in ('notifications', 'timeline', 'attempts') and c.relname ~ '_y\d{4}m\d{2}$'
    loop
        until_when := (part.began at time zone 'utc' + interval '1 month') at time zone 'utc';
        if until_when <= instant and not exists (
            select from deliveries
            where status in (10, 20, 30)
              and id >= notification_meta.uuid_floor(part.began) and id < notification_meta.uuid_floor(until_when)) then
            execute format('drop table %I', part.relname);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;

-- Finished deliveries of dropped months go in bounded batches; the caller repeats until it answers 0.
create function notification_meta.delete_deliveries_before(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with doomed as materialized (
        select id from deliveries where id < notification_meta.uuid_floor(instant) and status not in (10, 20, 30)
        order by id limit batch_size for update skip locked),
    gone as (delete from deliveries where id = any (array(select id from doomed)) returning 1)
    select count(*)::int from gone
$$;

create function notification_meta.purge_idempotency_keys(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from idempotency_keys where (tenant_id, key_hash) in (
            select tenant_id, key_hash from idempotency_keys where created_at < now() - interval '24 hours' limit batch_size)
        returning 1)
    select count(*)::int from gone
$$;

revoke all on all functions in schema notification_meta from public;
grant usage on schema notification_meta to notification_worker, notification_app;
grant execute on function notification_meta.uuid_floor(timestamptz) to notification_app, notification_worker;
grant execute on function notification_meta.ensure_partitions(int), notification_meta.drop_partitions_before(timestamptz),
    notification_meta.delete_deliveries_before(timestamptz, int), notification_meta.purge_idempotency_keys(int) to notification_worker;
