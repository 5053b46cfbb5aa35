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
    -- How often it was looked at in vain: its pauses and its end go by that, and not by its age, which grows while no worker runs.
    tries               smallint not null default 0,
    raw                 text,              -- what the vendor sent, cut and without secrets and addresses
    live                boolean not null default true, -- of its delivery; without one of who reports
    primary key (tenant_id, provider_id, dedupe_hash)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 20000);
-- Each tenant's due receipts in their order: a turn is shared among tenants, skipping from one to the next along this index.
create index receipts_pending on receipts (tenant_id, next_try_at) where state = 1;
create index receipts_listed on receipts (tenant_id, state, live, id);
-- What was reported of one delivery. A receipt enters it once, when it has ended.
create index receipts_of_delivery on receipts (tenant_id, delivery_id) where state in (2, 3);
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
    primary key (tenant_id, delivery_id, id)
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
-- Suppressions are listed, filtered and counted from an index alone.
create index suppressions_listed on suppressions (tenant_id, id) include (channel, reason, expires_at) where id is not null;
create index suppressions_expired on suppressions (expires_at) where expires_at is not null;
select notification_meta.protect_tenant_table('suppressions', 'select, insert, update, delete', 'select, insert, update');

-- Maintenance runs as the owner, past the tenants' scopes.
do $$ begin
    execute format('create policy owner_removes_old_receipts on receipts to %I using (received_at < now() - interval ''30 days'')', current_user);
    execute format('create policy owner_removes_expired on suppressions to %I using (expires_at < now() - interval ''30 days'')', current_user);
end $$;
