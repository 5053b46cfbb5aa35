-- Begins a sign-in.
-- :tenant, :sign_in, :family_hash, :current_hash, :user, :now, :expires_at
insert into refresh_tokens (tenant_id, id, family_hash, current_hash, account_id, created_at, expires_at)
values (:tenant, :sign_in, :family_hash, :current_hash, :user, :now, :expires_at)
