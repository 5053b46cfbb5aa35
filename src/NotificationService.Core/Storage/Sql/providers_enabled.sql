-- The enabled providers of some channels (:channels) of some tenants (:tenants), with their credentials, a row for each, and why their account does not work, if
-- it does not. Each OFFSET 0 is a fence: a range of a key for each channel and provider, whatever the statistics said when the plan was made.
select p.tenant_id, p.id, p.channel, p.type, p.name, p.priority, p.weight, p.rate_limit, p.concurrency, p.settings, p.revision, c.field, c.key_id, c.sealed, c.hint,
    s.revision as suspended_revision, s.code as suspension_code, s.message as suspension_message
from unnest(:tenants::uuid[], :channels::smallint[]) as lane(tenant_id, channel)
cross join lateral (select q.* from providers q where q.tenant_id = lane.tenant_id and q.channel = lane.channel and q.enabled offset 0) p
left join lateral (select k.* from provider_credentials k where k.tenant_id = p.tenant_id and k.provider_id = p.id offset 0) c on true
left join lateral (select x.* from provider_suspensions x where x.tenant_id = p.tenant_id and x.provider_id = p.id offset 0) s on true
