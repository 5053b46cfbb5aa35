-- The next credentials, of every tenant, that are not sealed under the current master key. Run as the owner, whose
-- policy owner_finds_old_keys shows it every tenant's; by keyset, so that what cannot be opened is passed only once.
select tenant_id, provider_id as owner_id, field, sealed
from provider_credentials
where key_id <> :current_key and (tenant_id, provider_id, field) > (:after_tenant, :after_owner, :after_field)
order by tenant_id, provider_id, field
limit :max
