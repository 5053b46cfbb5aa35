-- Verifies a part of a tenant's chain: each entry follows the one before it and has the hash of that one's hash and of all its fields.
-- Walks audit_log_sequence (tenant_id, sequence). :tenant, :after the place before the first, :previous its hash, :until the last place, :max entries
with page as materialized (
    select a.* from audit_log a
    where a.tenant_id = :tenant and a.sequence > :after and a.sequence <= :until
    order by a.tenant_id, a.sequence limit :max
),
judged as materialized (
    select p.id, p.sequence, p.hash,
        coalesce(p.sequence = lag(p.sequence, 1, :after::bigint) over walk + 1 and p.hash = notification_meta.audit_hash(
            lag(p.hash, 1, :previous::bytea) over walk, p.tenant_id, p.sequence, p.id, p.at, p.actor_kind, p.actor_id, p.actor_name, p.ip, p.user_agent,
            p.action, p.target, p.detail, p.before, p.after), false) as holds
    from page p window walk as (order by p.sequence)
)
select c.entries, l.sequence as last_sequence, l.hash as last_hash, b.sequence as broken_sequence, b.id as broken_id
from (select count(*) as entries from judged) c
left join lateral (select sequence, hash from judged order by sequence desc limit 1) l on true
left join lateral (select sequence, id from judged where not holds order by sequence limit 1) b on true
