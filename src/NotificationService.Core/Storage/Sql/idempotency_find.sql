-- What was answered to some keys ($2) of the tenant in scope ($1). Relies on the primary key.
select tenant_id, key_hash, fingerprint, status_code, response from idempotency_keys where tenant_id = $1 and key_hash = any ($2::bytea[])
