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
    strategy         smallint not null default 1, -- 1 sends on all channels at once, 2 tries one after the other (docs/decisions/0014-fallback-in-rows.md)
    fallback_after   int,                         -- seconds that each channel has before the next one is tried; null: until it fails
    skipped          json,                        -- channels that got no delivery, and why; for whoever asks afterwards
    batch_id         uuid,
    -- Under row level security a condition on recipient ->> 'userId' cannot be looked up in an index, because the operator may leak; a column can.
    user_id          text generated always as (recipient ->> 'userId') stored,
    primary key (tenant_id, id)
) partition by range (id);
-- Lists walk one index and stop (docs/decisions/0009-lists-walk-one-index.md). The mode stands before the id in each of them, so that
-- what a service account may see, and what a person filters by, needs no reading of what it leaves out.
-- Each has a condition that is always true but that only its list's statement states: while a table is small every index costs the planner the
-- same, and one that begins with the tenant must not be taken for a look-up by key (docs/decisions/0027-what-a-statement-touches.md).
create index notifications_tenant on notifications (tenant_id, live, id) where live is not null;
create index notifications_reference on notifications (tenant_id, reference, live, id) where reference is not null;
create index notifications_user on notifications (tenant_id, user_id, live, id) where user_id is not null;
create index notifications_template on notifications (tenant_id, template_id, live, id) where template_id is not null;
create index notifications_batch on notifications (tenant_id, batch_id, id) where batch_id is not null;
select notification_meta.protect_tenant_table('notifications', 'select, insert', 'select');

-- One row per Idempotency-Key, written in the accept transaction. It is kept as long as what it identifies can come again: a day for a caller of the
-- API, longer for what a topic still holds.
create table idempotency_keys (
    tenant_id   uuid not null,
    key_hash    bytea not null,
    fingerprint bytea not null,
    status_code smallint not null,
    response    text not null,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null default now() + interval '24 hours',
    primary key (tenant_id, key_hash)
);
create index idempotency_keys_expires on idempotency_keys (expires_at);
select notification_meta.protect_tenant_table('idempotency_keys', 'select, insert', '');
do $$ begin
    execute format('create policy owner_removes_old_keys on idempotency_keys to %I using (expires_at < now())', current_user);
end $$;
