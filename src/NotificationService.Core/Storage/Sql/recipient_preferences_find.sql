-- What stands against sending to some people of one tenant: what they want, and which of their addresses must not be written to.
-- :tenant; :user_ids; per address :channels, :addresses, spelled as suppressions are
--
-- Keys are made before they are compared, so that row level security lets the comparison go to the index (tenant_id, channel, address_key, reason, scope). OFFSET 0 is
-- a fence: a probe per person and per address, never a join that reads all that the tenant has.
with asked as materialized (
    select a.channel, md5(a.address)::uuid as key from unnest(:channels::smallint[], :addresses::text[]) as a(channel, address)
)
select :tenant::uuid as tenant_id, person.user_id, wanted.says, null::smallint as channel, null::text as address, null::smallint as reason, null::text as code, null::text as scope
from unnest(:user_ids::text[]) as person(user_id)
cross join lateral (
    select p.says from recipient_preferences p where p.tenant_id = :tenant and p.user_id = person.user_id offset 0) wanted
union all
select :tenant::uuid, null, null, found.channel, found.address, found.reason, found.code, found.scope
from asked
cross join lateral (
    select s.channel, s.address, s.reason, s.code, s.scope from suppressions s
    where s.tenant_id = :tenant and s.channel = asked.channel and s.address_key = asked.key and (s.expires_at is null or s.expires_at > now())
    offset 0) found
