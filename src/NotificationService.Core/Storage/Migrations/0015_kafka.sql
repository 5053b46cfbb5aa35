-- A key is kept as long as what it identifies can come again: a day for a caller of the API, longer for what a topic still holds.
alter table idempotency_keys add column expires_at timestamptz not null default now() + interval '24 hours';
create index idempotency_keys_expires on idempotency_keys (expires_at);
drop index idempotency_keys_created;
drop policy owner_removes_old_keys on idempotency_keys;
do $$ begin
    execute format('create policy owner_removes_old_keys on idempotency_keys to %I using (expires_at < now())', current_user);
end $$;

create or replace function notification_meta.purge_idempotency_keys(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from idempotency_keys where (tenant_id, key_hash) in (
            select tenant_id, key_hash from idempotency_keys where expires_at < now() limit batch_size)
        returning 1)
    select count(*)::int from gone
$$;

-- What becomes of an event of the tenant's own: which template is sent, and to whom.
create table event_rules (
    tenant_id  uuid not null,
    id         uuid not null,
    type       text not null check (length(type) between 1 and 200),
    template   text not null,
    channels   text[],              -- null: those of the template for which the recipient has an address
    recipient  json not null,       -- recipient field: path into the event
    data       json,                -- variable: path into the event; null: the event's data as they are
    category   text,
    priority   text,
    enabled    boolean not null,
    revision   int not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id)
);
create index event_rules_by_type on event_rules (tenant_id, type) where enabled;
select notification_meta.protect_tenant_table('event_rules', 'select, insert, update, delete', 'select');

-- The tenant that a topic of the configuration is for: by its key or its id.
create function notification_meta.tenant_named(wanted text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select tenant_id from tenants where key = wanted or tenant_id::text = wanted
$$;
revoke all on function notification_meta.tenant_named(text) from public;
grant execute on function notification_meta.tenant_named(text) to notification_app;
