-- A process says that it lives. Answers whether it was alive until now: if not, others may have removed what it wrote. By the primary key.
-- :node, :seconds for how long
with before as (select alive_until from presence_nodes where id = :node)
insert into presence_nodes as n (id, alive_until) values (:node, clock_timestamp() + make_interval(secs => :seconds))
on conflict (id) do update set alive_until = excluded.alive_until
returning coalesce((select alive_until > clock_timestamp() from before), false) as was_alive
