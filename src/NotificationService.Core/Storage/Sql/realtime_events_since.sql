-- What a tenant published after a sequence, in its order, at most :max. One row at least, unless the tenant never published. By the primary keys.
-- :tenant, :since, :max
select h.sequence as last_sequence, h.forgot_sequence, e.sequence, e.id, e.type, e.audience, e.data
from realtime_heads h
left join lateral (
    select r.sequence, r.id, r.type, r.audience, r.data from realtime_events r where r.tenant_id = :tenant and r.sequence > :since order by r.tenant_id, r.sequence limit :max) e on true
where h.tenant_id = :tenant
order by e.sequence
