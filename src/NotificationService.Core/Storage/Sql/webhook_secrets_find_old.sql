-- The next secrets and header values of webhook endpoints, of every tenant, that are not sealed under the current master key. Run as the owner,
-- whose policy owner_finds_old_keys shows it every tenant's; by keyset, so that what cannot be opened is passed only once.
select tenant_id, endpoint_id as owner_id, field, sealed
from webhook_secrets
where key_id <> :current_key and (tenant_id, endpoint_id, field) > (:after_tenant, :after_owner, :after_field)
order by tenant_id, endpoint_id, field
limit :max
