-- Which access tokens end before their time (docs/decisions/0055-when-access-tokens-end.md). A token carries the version of its user or service account,
-- which rises whenever what the token says is not so any more; those of a lower version are refused. A sign-in has one version: it is ended or it is not.
create table ended_tokens (
    tenant_id  uuid not null,
    subject    uuid not null, -- a user, a service account or a sign-in
    version    int not null,  -- the first that is good
    is_sign_in boolean not null,
    ended_at   timestamptz not null,
    primary key (tenant_id, subject)
);
create index ended_tokens_at on ended_tokens (is_sign_in, ended_at);
create index ended_tokens_age on ended_tokens (ended_at);
select notification_meta.protect_tenant_table('ended_tokens', 'select, insert, update', '');

alter table users add column token_version int not null default 0;
alter table users add column groups text[] not null default '{}' check (cardinality(groups) <= 50);

alter table service_accounts add column token_version int not null default 0;
alter table service_accounts add column previous_hash text;          -- the secret before this one
alter table service_accounts add column previous_until timestamptz;  -- good until then
alter table service_accounts add column last_used_at timestamptz;    -- to the minute
grant delete on service_accounts to notification_app;

do $$
begin
    execute format('create policy ended_tokens_are_read on ended_tokens for select to %I using (true)', current_user);
    execute format('create policy old_ends_are_removed on ended_tokens to %I using (ended_at < now() - interval ''65 minutes'')', current_user);
end $$;
