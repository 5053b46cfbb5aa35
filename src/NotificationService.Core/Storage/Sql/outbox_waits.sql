-- Whether any shard has something to publish, whoever works on it: asked by a relay that found nothing the last time.
-- :after bigint[] per shard the position up to which there is nothing, nor ever will be, as in outbox_lock
-- Relies on outbox_queue (shard, position), a probe for each shard.
select exists (
    select from generate_series(0, 7) s(shard)
    where exists (select from outbox o where o.shard = s.shard::smallint and o.position > (:after::bigint[])[s.shard + 1])) as waits
