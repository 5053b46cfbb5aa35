-- Keeps a response under a key, in the transaction of what it answers for. No row comes back if the key is taken.
-- $1 tenant, $2 key hash, $3 fingerprint, $4 status code, $5 answer, $6 days for which it is kept
insert into idempotency_keys (tenant_id, key_hash, fingerprint, status_code, response, expires_at) values ($1, $2, $3, $4, $5, now() + $6 * interval '1 day')
on conflict (tenant_id, key_hash) do nothing
returning 1
