-- What was answered to a key of the tenant in scope. Relies on the primary key.
select fingerprint, status_code, answer from idempotency_keys where tenant_id = $1 and key_hash = $2
