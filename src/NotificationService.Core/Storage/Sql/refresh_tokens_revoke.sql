-- Ends a sign-in for whoever can show any token of it. Index: the primary key.
-- $1 tenant, $2 sign-in, $3 family hash, $4 now
update refresh_tokens set revoked_at = $4
where tenant_id = $1 and id = $2 and family_hash = $3 and revoked_at is null
