-- The next shard that has something to publish and that no other relay works on; it is held until the end of the transaction.
-- :first int the shard to begin with; :after bigint[] per shard the position up to which there is nothing, nor ever will be, so that what is dead there is not read
-- A relay that dies gives it back with its connection. What is read of the shard must be read by a later statement: its snapshot is
-- taken after the lock, and so sees all that the one who held it before has removed.
select s.shard
from (select ((:first + i) & 7)::smallint as shard from generate_series(0, 7) i) s
-- A case, because nothing else keeps the planner from locking what has no rows.
where case when exists (select from outbox o where o.shard = s.shard and o.position > (:after::bigint[])[s.shard + 1]) then pg_try_advisory_xact_lock(520693714, s.shard) else false end
limit 1
