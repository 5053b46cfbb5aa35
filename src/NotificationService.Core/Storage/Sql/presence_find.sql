-- Whether some people are connected, with how many connections, and when they were seen last, in the order given; also those who never were. By the primary keys.
-- :tenant, :user_ids, :rooms of each person the one of its own
select g.user_id, coalesce(c.connections, 0)::int as connections, case when c.connections > 0 then clock_timestamp() else u.last_seen_at end as last_seen_at
from unnest(:user_ids::text[], :rooms::text[]) with ordinality as g(user_id, room, ord)
left join lateral (select h.last_seen_at from presence_users h where h.tenant_id = :tenant and h.user_id = g.user_id offset 0) u on true
left join lateral (
    select sum(h.connections) as connections
    from (select p.node_id, p.room, p.connections from presence p where p.tenant_id = :tenant and p.user_id = g.user_id offset 0) h
    join presence_nodes n on n.id = h.node_id
    where h.room = g.room and n.alive_until > clock_timestamp()) c on true
order by g.ord
