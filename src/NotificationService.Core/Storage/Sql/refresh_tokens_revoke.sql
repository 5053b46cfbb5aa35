-- Ends a sign-in for whoever can show any token of it, and says whose it was. Index: the primary key.
-- :tenant, :sign_in, :family_hash, :now
update refresh_tokens set revoked_at = :now
where tenant_id = :tenant and id = :sign_in and family_hash = :family_hash and revoked_at is null
returning account_id
