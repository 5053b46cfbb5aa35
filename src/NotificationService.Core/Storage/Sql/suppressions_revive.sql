-- A device that shows itself again is no longer written off: only what says that its app was removed is lifted, not what somebody asked for. :tenant, :token
with wanted as materialized (select md5(:token)::uuid as key)
delete from suppressions s using wanted
where s.tenant_id = :tenant and s.channel = {channel.push} and s.address_key = wanted.key and s.reason = {suppression.dead_token} and s.scope = 'all' and s.address = :token
