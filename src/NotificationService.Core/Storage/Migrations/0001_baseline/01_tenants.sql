create table tenants (
    tenant_id  uuid primary key,
    key        text not null unique check (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name       text not null check (length(name) between 1 and 200),
    created_at timestamptz not null default now()
);
select notification_meta.protect_tenant_table('tenants', 'select, insert, update', 'select');

create table users (
    id               uuid not null,
    tenant_id        uuid not null references tenants,
    user_id          text not null check (length(user_id) between 1 and 128), -- the person as a recipient
    email            text not null check (length(email) between 3 and 254),
    normalized_email text not null,
    name             text not null check (length(name) between 1 and 200),
    roles            text[] not null check (roles <@ array['platform_admin', 'admin', 'operator', 'viewer', 'user']),
    password_hash    text,
    security_stamp   text not null,
    failed_logins    int not null default 0,
    lockout_end      timestamptz,
    disabled_at      timestamptz,
    created_at       timestamptz not null,
    sign_in_order    smallint not null default 0, -- the lowest is looked at first; above 0 what should come last
    signed_in_at     timestamptz,                 -- when the address first signed in here with its password; registering is no proof
    primary key (tenant_id, id),
    unique (tenant_id, normalized_email),
    unique (tenant_id, user_id)
);
-- Anybody may register a tenant under anybody's address, so an address may stand in any number of tenants. A sign-in that names no tenant
-- looks at a few of them, those where the address has signed in before first.
-- With a condition that only the sign-in states: a look-up of one tenant's user by the address must not pass everybody's.
create index users_sign_in on users (normalized_email, sign_in_order, signed_in_at, created_at, tenant_id) where sign_in_order is not null;
create index users_disabled on users (disabled_at) where disabled_at is not null;
select notification_meta.protect_tenant_table('users', 'select, insert, update, delete', '');

create table service_accounts (
    id            uuid not null,
    tenant_id     uuid not null references tenants,
    client_id     text not null unique, -- made by the service, so that nobody learns from a collision who else is here
    name          text not null check (length(name) between 1 and 200),
    scopes        text[] not null check (scopes <@ array['notifications:send', 'notifications:read', 'recipients:write', 'events:publish', 'admin']),
    live          boolean not null,
    secret_hash   text not null,
    ip_allow_list text[] not null,
    expires_at    timestamptz,
    disabled_at   timestamptz,
    rotated_at    timestamptz,
    created_at    timestamptz not null,
    primary key (tenant_id, id)
);
create index service_accounts_disabled on service_accounts (disabled_at) where disabled_at is not null;
select notification_meta.protect_tenant_table('service_accounts', 'select, insert, update', '');

-- One row per sign-in. A refresh token is (tenant, id, family secret, current secret): who presents the family secret
-- with another current secret presents a token that was already used, and the row is revoked.
create table refresh_tokens (
    id           uuid not null,
    tenant_id    uuid not null,
    account_id   uuid not null,
    family_hash  bytea not null,
    current_hash bytea not null,
    rotations    int not null default 0,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id) references users (tenant_id, id) on delete cascade
);
create index refresh_tokens_account on refresh_tokens (tenant_id, account_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);
select notification_meta.protect_tenant_table('refresh_tokens', 'select, insert, update', '');

-- Who did what, when. Written in the transaction of what was done; nobody may change or remove a row.
create table audit_log (
    id         uuid not null,
    tenant_id  uuid not null references tenants,
    at         timestamptz not null,
    actor_kind text not null check (actor_kind in ('user', 'service_account', 'system')),
    actor_id   uuid,
    action     text not null,
    target     text not null,
    detail     json,
    primary key (tenant_id, id)
);
create index audit_log_at on audit_log (at);
select notification_meta.protect_tenant_table('audit_log', 'select, insert', 'insert');

-- Sign-in begins before the tenant is known. The functions tenant_of_client, tenants_of_email and refused_subjects answer that one question and
-- nothing else; they run as the schema's owner, whom FORCE ROW LEVEL SECURITY binds as well and whom these policies let read three tables.
do $$
declare t text;
begin
    foreach t in array array['tenants', 'users', 'service_accounts'] loop
        execute format('create policy sign_in_looks_up on %I for select to %I using (true)', t, current_user);
    end loop;
    -- Maintenance removes what outlived its use; a policy says what nobody may remove, whatever the settings are.
    execute format('create policy owner_removes_old_entries on audit_log to %I using (at < now() - interval ''30 days'')', current_user);
    execute format('create policy expired_are_removed on refresh_tokens to %I using (expires_at < now())', current_user);
end $$;
