-- What was answered to some keys (:key_hashes) of the tenant in scope (:tenant). Relies on the primary key.
select tenant_id, key_hash, fingerprint, status_code, response from idempotency_keys where tenant_id = :tenant and key_hash = any (:key_hashes::bytea[])
