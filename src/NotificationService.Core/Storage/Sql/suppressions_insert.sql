-- Keeps addresses, of any tenants, that must not be written to, or takes an unsubscribe of one scope back; the later report of the two stands.
-- per address: :tenants, :ids, :channels, :addresses, :reasons, :scopes, :providers, :deliveries, :codes, :since, :until or null
-- Given in the order of the key and each address once, so that two such statements never wait for each other in a circle.
insert into suppressions as s (tenant_id, id, channel, address, reason, scope, provider_id, delivery_id, code, created_at, expires_at)
select i.*
from unnest(:tenants::uuid[], :ids::uuid[], :channels::smallint[], :addresses::text[], :reasons::smallint[], :scopes::text[], :providers::uuid[], :deliveries::uuid[], :codes::text[], :since::timestamptz[], :until::timestamptz[])
    as i(tenant_id, id, channel, address, reason, scope, provider_id, delivery_id, code, created_at, expires_at)
on conflict (tenant_id, channel, address_key, reason, scope) do update
set provider_id = excluded.provider_id, delivery_id = excluded.delivery_id, code = excluded.code, created_at = excluded.created_at, expires_at = excluded.expires_at
where s.created_at < excluded.created_at or (s.created_at = excluded.created_at and excluded.expires_at is null)
