-- What a person is shown of a sign-in, so that it knows which to end.
alter table refresh_tokens add column user_agent text check (length(user_agent) <= 256);
alter table refresh_tokens add column ip text check (length(ip) <= 64);
alter table refresh_tokens add column last_used_at timestamptz;

-- Two tabs of one browser may use the same cookie at the same moment (docs/decisions/0055-when-access-tokens-end.md).
alter table refresh_tokens add column previous_hash bytea; -- of cookies only
alter table refresh_tokens add column rotated_at timestamptz;
create index refresh_tokens_open on refresh_tokens (tenant_id, account_id, created_at) where revoked_at is null and account_id is not null;
