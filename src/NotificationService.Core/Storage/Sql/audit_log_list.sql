-- A page of a tenant's audit log, the newest first. One index is walked, no more than :max_rows rows of it: newest the key, target audit_log_target, actor
-- audit_log_actor, action audit_log_action. Each walk is ordered by the column that precedes the id as well, so that no other index has its order.
-- What else is asked is tried on the rows of the walk. One row at least: the first three columns show how many match, how many were looked at, and where that ended.
-- :tenant, :from_id the smallest id, :before_id the first id no more, :max_rows to look at, :actor, :action, :target or null, :offset, :take
with looked as materialized (
    select a.id, (:actor::uuid is null or a.actor_id = :actor) and (:action::text is null or a.action = :action) and (:target::text is null or a.target = :target) as fits
    from audit_log a
    where a.tenant_id = :tenant and a.id >= :from_id and a.id < :before_id
        -- when target
        and (a.target, a.id) < (:target, :before_id) and (a.target, a.id) >= (:target, :from_id)
        -- end
        -- when actor
        and (a.actor_id, a.id) < (:actor, :before_id) and (a.actor_id, a.id) >= (:actor, :from_id)
        -- end
        -- when action
        and (a.action, a.id) < (:action, :before_id) and (a.action, a.id) >= (:action, :from_id)
        -- end
    order by a.tenant_id desc,
        -- when target
        a.target desc,
        -- end
        -- when actor
        a.actor_id desc,
        -- end
        -- when action
        a.action desc,
        -- end
        a.id desc limit :max_rows
),
matching as materialized (select id from looked where fits order by id desc limit :offset::int + :take::int),
hit as materialized (select id from matching order by id desc offset :offset limit :take)
select (select count(*) from matching) as hits, (select count(*) from looked) as looked_at, (select id from looked order by id limit 1) as last_looked_at,
    a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.ip, a.user_agent, a.action, a.target, a.before, coalesce(a.after, a.detail) as after, a.sequence, a.hash
from (values (1)) one
left join hit on true
left join lateral (select * from audit_log a where a.tenant_id = :tenant and a.id = hit.id limit 1) a on true
order by a.id desc
