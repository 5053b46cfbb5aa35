-- The next shard that has something to publish, whoever works on it: asked by a relay that found nothing the last time, before it begins a transaction.
-- :first int the shard to begin with; :after bigint[] per shard the position up to which there is nothing, nor ever will be, as in outbox_lock
-- Relies on outbox_queue (shard, position), a probe for each shard.
select s.shard
from (select ((:first + i) & 7)::smallint as shard from generate_series(0, 7) i) s
-- A case, which keeps the planner from making a join of it that reads all there is.
where case when exists (select from outbox o where o.shard = s.shard and o.position > (:after::bigint[])[s.shard + 1]) then true else false end
limit 1
