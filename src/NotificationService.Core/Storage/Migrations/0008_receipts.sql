-- What providers report later. A row is written before the provider is answered 2xx; it is applied to its delivery afterwards.
create table receipts (
    tenant_id           uuid not null,
    provider_id         uuid not null,
    dedupe_hash         bytea not null check (octet_length(dedupe_hash) = 32), -- of the vendor's event id: a repeat finds it taken
    id                  uuid not null,     -- a UUIDv7: the order in which they came
    delivery_id         uuid,              -- ours, as the vendor echoed it or as it was found by the vendor's id
    provider_message_id text,
    kind                smallint not null,
    state               smallint not null, -- 1 pending, 2 applied, 3 ignored, 4 unmatched
    reason              text,              -- why it was ignored, what it waits for, why nothing matched
    occurred_at         timestamptz not null,
    received_at         timestamptz not null,
    next_try_at         timestamptz not null,
    code                text,
    message             text,
    address             text,
    url                 text,
    flags               smallint not null, -- 1 the address is dead, 2 the failure may pass, 4 the vendor's time was not believable
    primary key (tenant_id, provider_id, dedupe_hash)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 20000);
create index receipts_pending on receipts (next_try_at) where state = 1;
create index receipts_listed on receipts (tenant_id, state, id);
create index receipts_received on receipts (received_at);
select notification_meta.protect_tenant_table('receipts', 'select, insert', 'select, update');
create policy worker_sees_the_queue on receipts to notification_worker using (true) with check (true);

-- What happened to a delivery besides its status: opened, clicked, read, complained … Its id is the receipt's.
create table engagements (
    delivery_id uuid not null,
    id          uuid not null,
    tenant_id   uuid not null,
    kind        smallint not null,
    at          timestamptz not null,
    detail      json,
    primary key (delivery_id, id)
) partition by range (delivery_id);
select notification_meta.protect_tenant_table('engagements', 'select', 'select, insert');

-- Addresses that must not be written to, a row for each reason. One that was taken back stands as expired, so that an
-- older report which comes later does not bring it to life again.
create table suppressions (
    tenant_id   uuid not null,
    id          uuid not null,
    channel     smallint not null,
    address     text not null check (length(address) between 1 and 4096), -- normalised: e-mail in lower case, numbers E.164
    -- A device token is too long for an index. A column, and no expression in the index: under row level security only
    -- what is known not to leak, such as the comparison of two uuids, is looked up in an index.
    address_key uuid not null generated always as (md5(address)::uuid) stored,
    reason      smallint not null,  -- 1 bounce, 2 complaint, 3 unsubscribe, 4 dead token, 5 manual
    provider_id uuid,
    delivery_id uuid,
    code        text,
    created_at  timestamptz not null,
    expires_at  timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, channel, address_key, reason)
);
create index suppressions_expired on suppressions (expires_at) where expires_at is not null;
select notification_meta.protect_tenant_table('suppressions', 'select, insert, update, delete', 'select, insert, update');

-- A vendor that cannot echo our id names its own. Only WhatsApp's cannot; the channel is the last digit of a delivery's id. So the other
-- channels pay next to nothing for it (docs/decisions/0012-receipts.md has the figures). A hash index, because only equality is ever asked for.
create index attempts_message on attempts using hash (provider_message_id)
    where provider_message_id is not null and right(delivery_id::text, 1) = '4';

create unique index providers_by_id on providers (id);

-- engagements has months too.
create or replace function notification_meta.ensure_partitions(months_ahead int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parent text; m int; from_month timestamptz; partition_name text; made int := 0;
begin
    perform pg_advisory_xact_lock(520093698);
    foreach parent in array array['notifications', 'timeline', 'attempts', 'engagements'] loop
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

create or replace function notification_meta.drop_partitions_before(instant timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare part record; until_when timestamptz; dropped int := 0;
begin
    for part in
        select c.relname, make_timestamptz(left(right(c.relname, 7), 4)::int, right(c.relname, 2)::int, 1, 0, 0, 0, 'UTC') as began
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname in ('notifications', 'timeline', 'attempts', 'engagements') and c.relname ~ '_y\d{4}m\d{2}$'
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

-- Housekeeping and one question that is asked before anybody's tenant is known: as the owner, past the tenants' scopes.
do $$ begin
    execute format('create policy owner_removes_old_receipts on receipts to %I using (received_at < now() - interval ''30 days'')', current_user);
    execute format('create policy owner_removes_expired on suppressions to %I using (expires_at < now() - interval ''30 days'')', current_user);
    execute format('create policy owner_finds_the_tenant on providers for select to %I using (true)', current_user);
end $$;

create function notification_meta.purge_receipts(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, provider_id, dedupe_hash from receipts where received_at < now() - interval '30 days'
        order by received_at limit batch_size for update skip locked),
    gone as (
        delete from receipts r using old
        where r.tenant_id = old.tenant_id and r.provider_id = old.provider_id and r.dedupe_hash = old.dedupe_hash returning 1)
    select count(*)::int from gone
$$;

create function notification_meta.purge_suppressions(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from suppressions where expires_at < now() - interval '30 days' order by expires_at limit batch_size for update skip locked),
    gone as (delete from suppressions s using old where s.tenant_id = old.tenant_id and s.id = old.id returning 1)
    select count(*)::int from gone
$$;

-- A vendor reports to an address that names only a provider. Whose it is; everything else is then read under that tenant's scope.
create function notification_meta.tenant_of_provider(provider uuid) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$ select tenant_id from providers where id = provider $$;

revoke all on function notification_meta.purge_receipts(int), notification_meta.purge_suppressions(int), notification_meta.tenant_of_provider(uuid) from public;
grant execute on function notification_meta.purge_receipts(int), notification_meta.purge_suppressions(int) to notification_worker;
grant execute on function notification_meta.tenant_of_provider(uuid) to notification_app;
