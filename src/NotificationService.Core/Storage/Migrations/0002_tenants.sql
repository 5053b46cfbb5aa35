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
    primary key (tenant_id, id),
    unique (tenant_id, normalized_email),
    unique (tenant_id, user_id)
);
create index users_by_email on users (normalized_email, created_at); -- the same person may be a user of several tenants
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
select notification_meta.protect_tenant_table('audit_log', 'select, insert', 'insert');

-- Sign-in begins before the tenant is known. The functions below answer that one question and nothing else; they run
-- as the schema's owner, whom FORCE ROW LEVEL SECURITY binds as well and whom these policies let read three tables.
do $$
declare t text;
begin
    foreach t in array array['tenants', 'users', 'service_accounts'] loop
        execute format('create policy sign_in_looks_up on %I for select to %I using (true)', t, current_user);
    end loop;
    execute format('create policy expired_are_removed on refresh_tokens to %I using (expires_at < now())', current_user);
end $$;

create function notification_meta.tenant_of_client(client text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select tenant_id from service_accounts where client_id = client
$$;

-- The tenants in which somebody with this address may sign in, the oldest first, at most three.
create function notification_meta.tenants_of_email(email text, tenant_key text) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select u.tenant_id from users u
    where u.normalized_email = tenants_of_email.email
      and (tenant_key is null or u.tenant_id = (select t.tenant_id from tenants t where t.key = tenant_key))
    order by u.created_at, u.tenant_id limit 3
$$;

-- Users and service accounts disabled recently enough that a token of theirs may still be about.
create function notification_meta.refused_subjects(longest_token interval) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select id from users where disabled_at > now() - longest_token
    union all
    select id from service_accounts where disabled_at > now() - longest_token
$$;

create function notification_meta.purge_refresh_tokens(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from refresh_tokens where (tenant_id, id) in (
            select tenant_id, id from refresh_tokens where expires_at < now() limit batch_size)
        returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.tenant_of_client(text), notification_meta.tenants_of_email(text, text),
    notification_meta.refused_subjects(interval), notification_meta.purge_refresh_tokens(int) from public;
grant execute on function notification_meta.tenant_of_client(text), notification_meta.tenants_of_email(text, text),
    notification_meta.refused_subjects(interval) to notification_app;
grant execute on function notification_meta.purge_refresh_tokens(int) to notification_worker;
