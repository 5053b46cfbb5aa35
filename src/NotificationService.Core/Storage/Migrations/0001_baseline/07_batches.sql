-- Many notifications that belong together. They come in chunks, each whole or not at all, in any order and from many callers at once.
create table batches (
    tenant_id       uuid not null,
    id              uuid not null,
    account_id      uuid,
    live            boolean not null,
    state           smallint not null default 1, -- 1 open, 2 complete: no more chunks, 3 cancelled
    reference       text,
    shared          json,              -- what stands once for all its items
    created_at      timestamptz not null,
    closed_at       timestamptz,       -- completed or cancelled
    ended_at        timestamptz,       -- closed, and every delivery has ended; written once
    sampled_at      timestamptz,       -- the last measure of how fast it goes
    sampled_ended   bigint,
    rate_per_second float8,
    held            boolean not null default false, -- nothing of it goes out: what is claimed of it is put off until somebody goes on with it
    resumed_at      timestamptz,
    -- How much was done at the beginning of the stretch that the rate is measured over, and where the next stretch begins: a stretch is at most
    -- half a minute, or since the batch began if that is less.
    pace_at         timestamptz default clock_timestamp(),
    pace_done       float8 not null default 0,
    pace_next_at    timestamptz,
    pace_next_done  float8,
    is_job          boolean not null default false, -- a file's: lists of batches leave it out
    primary key (tenant_id, id)
);
create index batches_unended on batches (closed_at) where closed_at is not null and ended_at is null;
create index batches_cancelled on batches (closed_at) where state = 3 and ended_at is null;
create index batches_resumed on batches (resumed_at) where resumed_at is not null;
create index batches_created on batches (created_at);
-- Newest first: each filter has an index that a page walks.
create index batches_listed on batches (tenant_id, live, id) where not is_job;
create index batches_by_status on batches (tenant_id, live, (case when state = 2 and ended_at is not null then 4 else state end), id) where not is_job;
select notification_meta.protect_tenant_table('batches', 'select, insert, update', 'select');

-- One call's worth of items and what was answered: the same sequence again is answered the same.
create table batch_chunks (
    tenant_id   uuid not null,
    batch_id    uuid not null,
    sequence    int not null,          -- the caller's, from 0; -1 came with the opening
    fingerprint bytea not null,
    first_id    uuid not null,         -- an item's notification id is this one and its index
    items       int not null,
    accepted    int not null,
    rejected    int not null,
    repeated    int not null,
    response    json not null,
    created_at  timestamptz not null default now(),
    primary key (tenant_id, batch_id, sequence)
);
select notification_meta.protect_tenant_table('batch_chunks', 'select, insert', 'select');

-- How many deliveries of a batch stand where: 0 is what waits or is being sent, everything else is a delivery's status. Whoever changes
-- statuses only adds rows to the first, so that no two of them ever wait for each other; workers gather them into the second.
-- Together they are exact at every moment. What chunks said is counted with them: -1 chunks, -2 accepted, -3 rejected, -4 repeated items. So a batch
-- costs the same for one chunk and for ten million.
create table batch_changes (
    tenant_id uuid not null,
    batch_id  uuid not null,
    status    smallint not null,
    delta     bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
create index batch_changes_batch on batch_changes (tenant_id, batch_id);
select notification_meta.protect_tenant_table('batch_changes', 'select, insert', 'select, insert');

create table batch_counts (
    tenant_id uuid not null,
    batch_id  uuid not null,
    status    smallint not null,
    n         bigint not null,
    primary key (tenant_id, batch_id, status)
) with (fillfactor = 50);
select notification_meta.protect_tenant_table('batch_counts', 'select', 'select');

-- Maintenance over all tenants, as the owner: workers see a tenant's batches in its scope only.
do $$ begin
    execute format('create policy owner_keeps_batches on batches to %I using (true) with check (true)', current_user);
    execute format('create policy owner_keeps_chunks on batch_chunks to %I using (true) with check (true)', current_user);
    execute format('create policy owner_gathers on batch_changes to %I using (true) with check (true)', current_user);
    execute format('create policy owner_gathers on batch_counts to %I using (true) with check (true)', current_user);
end $$;
