-- Keeps one tenant's addresses that must not be written to, or takes an unsubscribe back; the later report of the two stands.
-- $1 tenant; per address: $2 id, $3 channel, $4 address, $5 reason, $6 provider, $7 delivery, $8 code, $9 since, $10 until or null
-- Given in the order of the key and each address once, so that two such statements never wait for each other in a circle.
insert into suppressions as s (tenant_id, id, channel, address, reason, provider_id, delivery_id, code, created_at, expires_at)
select $1, i.*
from unnest($2::uuid[], $3::smallint[], $4::text[], $5::smallint[], $6::uuid[], $7::uuid[], $8::text[], $9::timestamptz[], $10::timestamptz[])
    as i(id, channel, address, reason, provider_id, delivery_id, code, created_at, expires_at)
on conflict (tenant_id, channel, address_key, reason) do update
set provider_id = excluded.provider_id, delivery_id = excluded.delivery_id, code = excluded.code, created_at = excluded.created_at, expires_at = excluded.expires_at
where s.created_at < excluded.created_at or (s.created_at = excluded.created_at and excluded.expires_at is null)
