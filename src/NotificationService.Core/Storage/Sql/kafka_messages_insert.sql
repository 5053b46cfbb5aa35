-- Keeps one tenant's events for Kafka, in their order, in the relay's transaction.
-- :tenant; per event: :subjects, whose shard it has, :keys, :payloads
-- The relay holds the shard of a delivery's events for the length of its transaction: their positions are in the order in which they are committed.
insert into kafka_messages (shard, tenant_id, key, payload)
select notification_meta.shard_of(e.subject), :tenant, e.key, e.payload
from unnest(:subjects::uuid[], :keys::text[], :payloads::text[]) with ordinality as e(subject, key, payload, ord)
order by e.ord
