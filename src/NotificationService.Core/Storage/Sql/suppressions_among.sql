-- Which of some addresses must not be written to now, and since when; at most one row for each, reason and scope. Looked up by their keys, which are worked out first.
-- :tenant, :now, per address: :channels, :addresses in the spelling of the list
with asked as materialized (
    select channel, address, md5(address)::uuid as key from unnest(:channels::smallint[], :addresses::text[]) as a(channel, address)
)
select a.channel, a.address, s.reason, s.scope, s.created_at
from asked a
cross join lateral (
    select l.address, l.reason, l.scope, l.created_at, l.expires_at from suppressions l where l.tenant_id = :tenant and l.channel = a.channel and l.address_key = a.key offset 0
) s
where s.address = a.address and (s.expires_at is null or s.expires_at > :now)
