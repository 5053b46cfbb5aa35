-- Puts status events out of the others' way that the brokers refuse: :shards, :positions and :times side by side.
select notification_meta.dead_letter_kafka_messages(:shards, :positions, :times)
