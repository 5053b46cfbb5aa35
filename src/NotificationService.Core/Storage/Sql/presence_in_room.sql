-- Who is connected in a room, the first :max by their ids, and how many there are; no row where nobody is. Walks presence_room (tenant_id, room, user_id), at most :scan rows of it.
-- :tenant, :room, :scan, :max
with here as materialized (
    select p.user_id, p.node_id, p.connections from presence p where p.tenant_id = :tenant and p.room = :room order by p.tenant_id, p.room, p.user_id limit :scan
)
select here.user_id, sum(here.connections)::int as connections, clock_timestamp() as last_seen_at, count(*) over () as online
from here
join presence_nodes n on n.id = here.node_id and n.alive_until > clock_timestamp()
group by here.user_id
order by here.user_id
limit :max
