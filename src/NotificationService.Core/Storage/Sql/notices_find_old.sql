-- The next notices, of every tenant, that are not sealed under the current master key. Run as the owner, whose policy owner_finds_old_keys shows it
-- every tenant's; by keyset, so that what cannot be opened is passed only once. A row has one secret, so its field is always the same.
select tenant_id, id as owner_id, 'notice'::text as field, sealed
from notices
where key_id <> :current_key and (tenant_id, id) > (:after_tenant, :after_owner) and :after_field::text is not null
order by tenant_id, id
limit :max
