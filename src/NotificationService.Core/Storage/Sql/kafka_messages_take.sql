-- Takes the next status events of the shards that are free or :node's, for :lease_time. At most :max.
select shard, position, created_at, key, payload from notification_meta.take_kafka_messages(:node, :lease_time, :max)
