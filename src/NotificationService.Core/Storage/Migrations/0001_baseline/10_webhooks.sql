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
    -- Why it fails, beside since when: what the latest call came to, in the words of its attempts, with the status where there was one.
    last_failure  text check (length(last_failure) <= 200),
    primary key (tenant_id, id)
);
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
create index webhook_secrets_retired on webhook_secrets (retires_at) where retires_at is not null;
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
    -- Of what its event is about; what is about neither a delivery nor a batch or job counts as live.
    live        boolean not null default true,
    primary key (tenant_id, id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
-- An endpoint's queue; claim skips from endpoint to endpoint along it.
create index webhook_messages_due on webhook_messages (endpoint_id, due_at, id) where state = 1;
-- One message per event and endpoint, and what of the same subject has not been tried yet.
create unique index webhook_messages_event on webhook_messages (tenant_id, subject, endpoint_id, sequence, event_id);
-- With a condition that only the list's statement states: never taken for a look-up by key.
create index webhook_messages_listed on webhook_messages (tenant_id, endpoint_id, live, id) where live is not null;
create index webhook_messages_unsent on webhook_messages (tenant_id, endpoint_id, live, id) where state in (3, 4);
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
    primary key (tenant_id, message_id, number)
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
    live        boolean,                             -- of which mode it brings back what happened; null: of both
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
    execute format('create policy owner_removes_retired on webhook_secrets to %I using (retires_at < now())', current_user);
    execute format('create policy owner_sees_messages on webhook_messages for select to %I using (true)', current_user);
    execute format('create policy owner_removes_old_messages on webhook_messages to %I using (state <> 1) with check (false)', current_user);
    execute format('create policy owner_serves_replays on webhook_replays to %I using (true) with check (true)', current_user);
end $$;
