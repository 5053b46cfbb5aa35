-- Keeps events of any tenants for Kafka, in their order, in the relay's transaction.
-- per event: :tenants, :subjects, whose shard it has, :keys, :payloads
-- The relay holds the shard of a delivery's events for the length of its transaction: their positions are in the order in which they are committed.
insert into kafka_messages (shard, tenant_id, key, payload)
select notification_meta.shard_of(e.subject), e.tenant_id, e.key, e.payload
from unnest(:tenants::uuid[], :subjects::uuid[], :keys::text[], :payloads::text[]) with ordinality as e(tenant_id, subject, key, payload, ord)
order by e.ord
