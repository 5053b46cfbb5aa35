-- When a person showed that the address is his: by a link that went there. Who registered and has not comes last of those whose password is tried.
alter table users add column email_confirmed_at timestamptz, alter column sign_in_order set default 1;

-- What a link in a mail says: good once, until it ends. Only the hash of its secret is stored. An ended one stays for a while, because what an account
-- was sent lately is counted.
create table one_time_tokens (
    tenant_id  uuid not null,
    id         uuid not null,
    account_id uuid not null,
    kind       smallint not null,
    hash       bytea not null,
    email      text check (length(email) between 3 and 254), -- the address that is to become the account's
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at   timestamptz,
    primary key (tenant_id, id),
    foreign key (tenant_id, account_id) references users (tenant_id, id) on delete cascade
);
create index one_time_tokens_account on one_time_tokens (tenant_id, account_id, kind, created_at);
create index one_time_tokens_expiry on one_time_tokens (expires_at);
select notification_meta.protect_tenant_table('one_time_tokens', 'select, insert, update', '');
do $$ begin
    execute format('create policy expired_are_removed on one_time_tokens to %I using (expires_at < now())', current_user);
end $$;
