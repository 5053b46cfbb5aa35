-- A customer's address that events are sent to.
create table webhook_endpoints (
    tenant_id     uuid not null references tenants,
    id            uuid not null,
    url           text not null check (length(url) <= 2048),
    description   text check (length(description) <= 500),
    events        text[] not null,                   -- types and families: delivery.*, batch.completed
    channels      smallint[],                        -- of a delivery's event; null: all
    categories    text[],
    batches       uuid[],
    payload       smallint not null check (payload in (1, 2)), -- 1 full, 2 thin
    headers       json not null,                     -- name → mask of its value; the values are sealed
    enabled       boolean not null,
    disabled_at   timestamptz,
    disabled_for  text,                              -- gone, failing, asked; null: by a person
    failing_since timestamptz,                       -- nothing has succeeded since
    failures      int not null default 0,            -- in a row
    warned_at     timestamptz,                       -- the tenant was notified that it fails
    revision      int not null,                      -- raised by every change; live callers are cached by it
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    primary key (tenant_id, id)
);
create unique index webhook_endpoints_by_id on webhook_endpoints (id);
select notification_meta.protect_tenant_table('webhook_endpoints', 'select, insert, update, delete', 'select, update');

-- Signing secrets and the values of the endpoint's own headers, sealed like a provider's credentials.
create table webhook_secrets (
    tenant_id   uuid not null,
    endpoint_id uuid not null,
    field       text not null check (length(field) between 1 and 100), -- secret:<n>, header:<name>
    key_id      text not null,
    sealed      bytea not null,
    created_at  timestamptz not null,
    retires_at  timestamptz,                         -- an old signing secret signs until then
    primary key (tenant_id, endpoint_id, field),
    foreign key (tenant_id, endpoint_id) references webhook_endpoints (tenant_id, id) on delete cascade
);
create index webhook_secrets_by_key on webhook_secrets (key_id, tenant_id, endpoint_id, field);
select notification_meta.protect_tenant_table('webhook_secrets', 'select, insert, update, delete', 'select');

-- One event addressed to one endpoint: what is claimed, called with and updated.
create table webhook_messages (
    id          uuid not null,
    tenant_id   uuid not null,
    endpoint_id uuid not null,
    event_id    text not null,                       -- the webhook-id of every attempt, also of a replay
    type        text not null,
    subject     uuid not null,                       -- the delivery, batch, job …; its messages are begun in the order of their sequence
    sequence    int not null,
    occurred_at timestamptz not null,
    body        text not null,
    state       smallint not null default 1,         -- 1 pending, 2 delivered, 3 failed: no attempt is left, 4 dropped: the receiver asked, or the endpoint is gone or disabled
    reason      text,
    attempts    smallint not null default 0,
    first_attempt smallint not null default 0,       -- attempts when it was last sent again by hand: its schedule starts over
    claims      int not null default 0,
    due_at      timestamptz not null,                -- while it is in flight the end of its lease: a worker that dies gives it back by that
    in_flight   boolean not null default false,
    created_at  timestamptz not null,
    ended_at    timestamptz,
    primary key (id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
-- An endpoint's queue; claim skips from endpoint to endpoint along it.
create index webhook_messages_due on webhook_messages (endpoint_id, due_at, id) where state = 1;
-- One message per event and endpoint, and what of the same subject has not been tried yet.
create unique index webhook_messages_event on webhook_messages (subject, endpoint_id, sequence, event_id);
create index webhook_messages_listed on webhook_messages (tenant_id, endpoint_id, id);
create index webhook_messages_unsent on webhook_messages (tenant_id, endpoint_id, id) where state in (3, 4);
select notification_meta.protect_tenant_table('webhook_messages', 'select, insert, update', 'select, insert, update');
create policy worker_sees_the_queue on webhook_messages to notification_worker using (true) with check (true);

-- One call to an endpoint.
create table webhook_attempts (
    message_id       uuid not null,
    number           smallint not null,
    tenant_id        uuid not null,
    endpoint_id      uuid not null,
    started_at       timestamptz not null,
    duration_ms      int not null,
    outcome          smallint not null,              -- 1 delivered, 2 failed, 3 gone
    status           smallint,                       -- of the response
    error            text,
    request_headers  json not null,
    response_headers json,
    response_body    text,                           -- the first 16 KB
    next_try_at      timestamptz,
    primary key (message_id, number)
) partition by range (message_id);
select notification_meta.protect_tenant_table('webhook_attempts', 'select', 'select, insert');

-- Somebody asked for everything that failed, or for everything since an instant, once more; worked in batches.
create table webhook_replays (
    tenant_id   uuid not null,
    id          uuid not null,
    endpoint_id uuid not null,
    mode        smallint not null check (mode in (1, 2)), -- 1 what failed, 2 everything
    since       timestamptz not null,
    until       timestamptz not null,
    reached     timestamptz not null,                -- everything before it has been queued
    reached_id  uuid,
    queued      int not null default 0,
    state       smallint not null default 1,         -- 1 running, 2 done, 3 stopped
    worked_at   timestamptz not null default now(),
    created_at  timestamptz not null,
    primary key (tenant_id, id)
);
create index webhook_replays_running on webhook_replays (worked_at) where state = 1;
-- An endpoint has one at a time.
create unique index webhook_replays_one on webhook_replays (tenant_id, endpoint_id) where state = 1;
create index webhook_replays_ended on webhook_replays (created_at) where state <> 1;
select notification_meta.protect_tenant_table('webhook_replays', 'select, insert, update', 'select, update');

do $$ begin
    execute format('create policy owner_sees_endpoints on webhook_endpoints for select to %I using (true)', current_user);
    execute format('create policy owner_finds_old_keys on webhook_secrets for select to %I using (true)', current_user);
    execute format('create policy owner_sees_messages on webhook_messages for select to %I using (true)', current_user);
    execute format('create policy owner_removes_old_messages on webhook_messages to %I using (state <> 1) with check (false)', current_user);
    execute format('create policy owner_serves_replays on webhook_replays to %I using (true) with check (true)', current_user);
end $$;

-- Who of these tenants listens, and to what.
create function notification_meta.endpoints_of(tenants uuid[])
returns table (tenant_id uuid, id uuid, events text[], channels smallint[], categories text[], batches uuid[], payload smallint)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.tenant_id, e.id, e.events, e.channels, e.categories, e.batches, e.payload
    from webhook_endpoints e where e.tenant_id = any (tenants) and e.enabled order by e.tenant_id, e.id
$$;

-- The replay that waited longest, each once a second at most: so they are paced, however many workers there are.
create function notification_meta.next_replay() returns table (tenant uuid, replay uuid, replay_mode smallint)
language sql security definer set search_path = public, pg_temp as $$
    update webhook_replays r set worked_at = clock_timestamp()
    from (select w.tenant_id, w.id from webhook_replays w where w.state = 1 and w.worked_at < clock_timestamp() - interval '1 s' order by w.worked_at limit 1 for update skip locked) next
    where r.tenant_id = next.tenant_id and r.id = next.id
    returning r.tenant_id, r.id, r.mode
$$;

create function notification_meta.purge_webhook_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select id from webhook_messages where id < notification_meta.uuid_floor(instant) and state <> 1 order by id limit batch_size for update skip locked),
    gone as (delete from webhook_messages m using old where m.id = old.id returning 1)
    select count(*)::int from gone
$$;
revoke all on function notification_meta.endpoints_of(uuid[]), notification_meta.next_replay(), notification_meta.purge_webhook_messages(timestamptz, int) from public;
grant execute on function notification_meta.endpoints_of(uuid[]), notification_meta.next_replay(), notification_meta.purge_webhook_messages(timestamptz, int) to notification_worker;

-- webhook_attempts has months too.
create or replace function notification_meta.ensure_partitions(months_ahead int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parent text; m int; from_month timestamptz; partition_name text; made int := 0;
begin
    perform pg_advisory_xact_lock(520093698);
    foreach parent in array array['notifications', 'timeline', 'attempts', 'engagements', 'webhook_attempts'] loop
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

-- Attempts have a retention of their own: whole months that ended before the instant go, unless a message of such a month still waits for its next
-- try. Gives up rather than wait for a lock.
create function notification_meta.drop_webhook_attempts_before(instant timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare part record; until_when timestamptz; dropped int := 0;
begin
    for part in
        select c.relname, make_timestamptz(left(right(c.relname, 7), 4)::int, right(c.relname, 2)::int, 1, 0, 0, 0, 'UTC') as began
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname = 'webhook_attempts' and c.relname ~ '_y\d{4}m\d{2}$'
    loop
        until_when := (part.began at time zone 'utc' + interval '1 month') at time zone 'utc';
        if until_when <= instant and not exists (
            select from webhook_messages
            where state = 1 and id >= notification_meta.uuid_floor(part.began) and id < notification_meta.uuid_floor(until_when)) then
            execute format('drop table %I', part.relname);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;

create function notification_meta.purge_webhook_replays(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from webhook_replays where state <> 1 and created_at < instant order by created_at limit batch_size for update skip locked),
    gone as (delete from webhook_replays r using old where r.tenant_id = old.tenant_id and r.id = old.id returning 1)
    select count(*)::int from gone
$$;

-- Which of these endpoints nothing is to be sent to any more, and why.
create function notification_meta.unwanted_endpoints(endpoints uuid[]) returns table (id uuid, reason text)
language sql stable security definer set search_path = public, pg_temp as $$
    select asked.id, case when e.id is null then 'endpoint_deleted' else 'endpoint_disabled' end
    from unnest(endpoints) as asked(id) left join webhook_endpoints e on e.id = asked.id
    where e.id is null or not e.enabled
$$;
revoke all on function notification_meta.drop_webhook_attempts_before(timestamptz), notification_meta.purge_webhook_replays(timestamptz, int),
    notification_meta.unwanted_endpoints(uuid[]) from public;
grant execute on function notification_meta.drop_webhook_attempts_before(timestamptz), notification_meta.purge_webhook_replays(timestamptz, int),
    notification_meta.unwanted_endpoints(uuid[]) to notification_worker;
