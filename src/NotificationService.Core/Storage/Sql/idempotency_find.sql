-- What was answered to some keys (:key_hashes) of their tenants (:tenants). A probe of the primary key for each, behind a fence.
select found.tenant_id, found.key_hash, found.fingerprint, found.status_code, found.response
from unnest(:tenants::uuid[], :key_hashes::bytea[]) as asked(tenant_id, key_hash)
cross join lateral (
    select k.tenant_id, k.key_hash, k.fingerprint, k.status_code, k.response from idempotency_keys k where k.tenant_id = asked.tenant_id and k.key_hash = asked.key_hash offset 0) found
