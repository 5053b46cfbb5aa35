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
    concurrency int check (concurrency between 1 and 5000),        -- calls at once that one worker makes; null leaves it to the worker
    primary key (tenant_id, id),
    unique (tenant_id, channel, name)
);
-- A vendor reports to an address that names only a provider (tenant_of_provider).
create index providers_by_id on providers (id);
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
    execute format('create policy owner_finds_the_tenant on providers for select to %I using (true)', current_user);
    execute format('create policy owner_finds_old_keys on provider_credentials for select to %I using (true)', current_user);
end $$;

-- Providers whose account does not work: their deliveries wait until somebody corrects it. A change of the provider raises its
-- revision and by that takes it out of here.
create table provider_suspensions (
    tenant_id   uuid not null,
    provider_id uuid not null,
    revision    int not null,
    code        text not null check (length(code) <= 100),
    message     text not null check (length(message) <= 500),
    suspended_at timestamptz not null default now(),
    primary key (tenant_id, provider_id),
    foreign key (tenant_id, provider_id) references providers (tenant_id, id) on delete cascade
);
select notification_meta.protect_tenant_table('provider_suspensions', 'select, delete', 'select, insert, update, delete');

-- Up to when each provider's rate is given away; one row for a provider with a limit, changed about ten times a second and worker.
create table provider_rates (
    tenant_id   uuid not null,
    provider_id uuid not null,
    given_until timestamptz not null,
    primary key (tenant_id, provider_id),
    foreign key (tenant_id, provider_id) references providers (tenant_id, id) on delete cascade
) with (fillfactor = 50);
select notification_meta.protect_tenant_table('provider_rates', '', 'select, insert, update');

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
    live        boolean not null default true, -- of its delivery; what is no delivery's counts as live
    primary key (tenant_id, id)
);
create index sandbox_messages_recipient on sandbox_messages (tenant_id, recipient, live, id);
-- With a condition that only the list's statement states: never taken for a look-up by key.
create index sandbox_messages_listed on sandbox_messages (tenant_id, live, id) where live is not null;
create index sandbox_messages_delivery on sandbox_messages (tenant_id, delivery_id, id) where delivery_id is not null;
create index sandbox_messages_created on sandbox_messages (created_at);
select notification_meta.protect_tenant_table('sandbox_messages', 'select, insert', 'select, insert');
do $$ begin
    execute format('create policy owner_removes_old_messages on sandbox_messages to %I using (created_at < now() - interval ''1 hour'')', current_user);
end $$;
