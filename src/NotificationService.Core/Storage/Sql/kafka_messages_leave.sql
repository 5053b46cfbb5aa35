-- Leaves the shards that :node holds to the other nodes.
select notification_meta.leave_kafka_shards(:node)
