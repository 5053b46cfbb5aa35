-- The second factor of a person: a secret that an app on a telephone shares, sealed as credentials are. Not asked for before it was confirmed by a code.
create table totp_secrets (
    tenant_id    uuid not null,
    account_id   uuid not null,
    key_id       text not null,
    sealed       bytea not null,
    created_at   timestamptz not null,
    confirmed_at timestamptz,
    last_step    bigint not null default 0,  -- a code is good once: of this step or an earlier one none is any more
    failures     int not null default 0,     -- since failing_since; counted after the right password only
    failing_since timestamptz,
    primary key (tenant_id, account_id),
    foreign key (tenant_id, account_id) references users (tenant_id, id) on delete cascade
);
create index totp_secrets_by_key on totp_secrets (key_id, tenant_id, account_id);
select notification_meta.protect_tenant_table('totp_secrets', 'select, insert, update, delete', '');

-- Codes for who has lost the telephone: each is good once, and only its hash is stored.
create table recovery_codes (
    tenant_id  uuid not null,
    account_id uuid not null,
    hash       bytea not null,
    primary key (tenant_id, account_id, hash),
    foreign key (tenant_id, account_id) references totp_secrets (tenant_id, account_id) on delete cascade
);
select notification_meta.protect_tenant_table('recovery_codes', 'select, insert, delete', '');

-- Notices are brought under a new master key as well: one that waits would keep the old one in use.
create index notices_by_key on notices (key_id, tenant_id, id);
grant select, update on notices to notification_app;

do $$ begin
    execute format('create policy owner_finds_old_keys on totp_secrets for select to %I using (true)', current_user);
    execute format('create policy owner_finds_old_keys on notices for select to %I using (true)', current_user);
end $$;
