-- The next secrets of people's second factor, of every tenant, that are not sealed under the current master key. Run as the owner, whose policy owner_finds_old_keys shows it
-- every tenant's; by keyset, so that what cannot be opened is passed only once. A row has one secret, so its field is always the same.
select tenant_id, account_id as owner_id, 'totp'::text as field, sealed
from totp_secrets
where key_id <> :current_key and (tenant_id, account_id) > (:after_tenant, :after_owner) and :after_field::text is not null
order by tenant_id, account_id
limit :max
