-- Keeps a response under a key, in the transaction of what it answers for. No row comes back if the key is taken.
-- :tenant, :key_hash, :fingerprint, :status_code, :response, :days for which it is kept
insert into idempotency_keys (tenant_id, key_hash, fingerprint, status_code, response, expires_at) values (:tenant, :key_hash, :fingerprint, :status_code, :response, now() + :days * interval '1 day')
on conflict (tenant_id, key_hash) do nothing
returning 1
