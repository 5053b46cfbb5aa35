-- Removes status events that were published: :shards, :positions and :times side by side.
select notification_meta.remove_kafka_messages(:shards, :positions, :times)
