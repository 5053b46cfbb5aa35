-- Keeps one tenant's events for Kafka, in their order, in the relay's transaction.
-- $1 tenant; per event: $2 subject, whose shard it has, $3 key, $4 payload
-- The relay holds the shard of a delivery's events for the length of its transaction: their positions are in the order in which they are committed.
insert into kafka_messages (shard, tenant_id, key, payload)
select notification_meta.shard_of(e.subject), $1, e.key, e.payload
from unnest($2::uuid[], $3::text[], $4::text[]) with ordinality as e(subject, key, payload, ord)
order by e.ord
