-- Writes where some people are connected at one process, all of it for each of them. Answers those who are online now and were not, or the other way round, with the rooms
-- that they are or were in.
-- :tenant, :node, :is_left the process is gone, and nothing is done if it is not; per person: :user_ids, :seen_at; per room of a person: :room_users, :rooms, :connections
--
-- Runs behind presence_users_lock in its transaction. A probe of the primary key per person, behind a fence.
with given as materialized (
    select g.user_id, g.seen_at from unnest(:user_ids::text[], :seen_at::timestamptz[]) as g(user_id, seen_at)
    where not :is_left or not exists (select from presence_nodes n where n.id = :node and n.alive_until > clock_timestamp())
),
wanted as materialized (
    select w.user_id, w.room, w.connections from unnest(:room_users::text[], :rooms::text[], :connections::int[]) as w(user_id, room, connections)
),
before as materialized (
    select h.place, h.user_id, h.room, h.node_id from given
    cross join lateral (select p.ctid as place, p.user_id, p.room, p.node_id from presence p where p.tenant_id = :tenant and p.user_id = given.user_id offset 0) h
),
gone as (
    delete from presence p
    using (select b.place from before b where b.node_id = :node and not exists (select from wanted w where w.user_id = b.user_id and w.room = b.room)) old
    where p.ctid = old.place
),
here as (
    insert into presence as p (tenant_id, user_id, node_id, room, connections)
    select :tenant, w.user_id, :node, w.room, w.connections from wanted w order by w.user_id, w.room
    on conflict (tenant_id, user_id, node_id, room) do update set connections = excluded.connections
),
decided as materialized (
    select given.user_id, given.seen_at, u.is_online as was_online,
        exists (select from wanted w where w.user_id = given.user_id)
        or exists (select from before b join presence_nodes n on n.id = b.node_id where b.user_id = given.user_id and b.node_id <> :node and n.alive_until > clock_timestamp()) as is_online
    from given
    cross join lateral (select h.is_online from presence_users h where h.tenant_id = :tenant and h.user_id = given.user_id offset 0) u
),
noted as (
    update presence_users u set is_online = d.is_online, last_seen_at = greatest(u.last_seen_at, d.seen_at)
    from decided d
    where u.tenant_id = :tenant and u.user_id = d.user_id
)
select d.user_id, d.is_online,
    array(select b.room from before b where b.user_id = d.user_id union select w.room from wanted w where w.user_id = d.user_id) as rooms
from decided d
where d.is_online <> d.was_online
