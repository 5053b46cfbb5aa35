create table providers (
    id         uuid not null,
    tenant_id  uuid not null references tenants,
    channel    smallint not null,
    type       text not null check (length(type) between 1 and 50),
    name       text not null check (length(name) between 1 and 200),
    priority   int not null check (priority between 0 and 1000),   -- the lowest number is tried first
    weight     int not null check (weight between 0 and 1000),     -- share of the traffic within one priority
    enabled    boolean not null,
    rate_limit int check (rate_limit between 1 and 1000000),       -- calls per second
    settings   json not null,
    revision   int not null,                                       -- raised by every change; live instances are cached by it
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, channel, name)
);
select notification_meta.protect_tenant_table('providers', 'select, insert, update, delete', 'select');

create table provider_credentials (
    tenant_id   uuid not null,
    provider_id uuid not null,
    field       text not null check (length(field) between 1 and 100),
    key_id      text not null,  -- the master key it is sealed under, for counting; what counts stands in the sealed bytes
    sealed      bytea not null,
    hint        text not null,  -- what may be shown: SG.…abcd
    primary key (tenant_id, provider_id, field),
    foreign key (tenant_id, provider_id) references providers (tenant_id, id) on delete cascade
);
create index provider_credentials_by_key on provider_credentials (key_id, tenant_id, provider_id, field);
select notification_meta.protect_tenant_table('provider_credentials', 'select, insert, update, delete', 'select');

-- The owner re-encrypts after a change of master keys: it must find every tenant's, and writes them under the tenant's scope.
do $$ begin
    execute format('create policy owner_finds_old_keys on provider_credentials for select to %I using (true)', current_user);
end $$;

-- What the sandbox was given: the call to the vendor that never was.
create table sandbox_messages (
    id          uuid not null,
    tenant_id   uuid not null references tenants,
    provider_id uuid not null,
    delivery_id uuid not null,
    attempt     int not null,
    channel     smallint not null,
    recipient   text not null,
    message     json not null,
    category    text,
    outcome     text not null,
    created_at  timestamptz not null,
    primary key (tenant_id, id)
);
create index sandbox_messages_recipient on sandbox_messages (tenant_id, recipient, id);
create index sandbox_messages_created on sandbox_messages (created_at);
select notification_meta.protect_tenant_table('sandbox_messages', 'select, insert', 'select, insert');
