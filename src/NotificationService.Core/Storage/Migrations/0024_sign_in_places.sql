-- From where and with what a person has signed in: a hash of the network and of the kind of browser, a few for each person.
create table sign_in_places (
    tenant_id  uuid not null,
    account_id uuid not null,
    place      bytea not null,
    seen_at    timestamptz not null,
    primary key (tenant_id, account_id, place),
    foreign key (tenant_id, account_id) references users (tenant_id, id) on delete cascade
);
select notification_meta.protect_tenant_table('sign_in_places', 'select, insert, update, delete', '');

-- What a tenant's admins are written to about: endpoints that were disabled, and providers that were suspended.
create index webhook_endpoints_disabled on webhook_endpoints (disabled_at) where disabled_at is not null;
create index provider_suspensions_since on provider_suspensions (suspended_at);
do $$ begin
    execute format('create policy owner_finds_suspensions on provider_suspensions for select to %I using (true)', current_user);
end $$;
