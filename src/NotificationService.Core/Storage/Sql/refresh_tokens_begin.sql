-- Begins a sign-in.
-- $1 tenant, $2 sign-in, $3 family hash, $4 current hash, $5 user, $6 now, $7 expiry
insert into refresh_tokens (tenant_id, id, family_hash, current_hash, account_id, created_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)
