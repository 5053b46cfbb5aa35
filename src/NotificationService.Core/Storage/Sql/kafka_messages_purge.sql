-- Removes status events that were dead-lettered before :before; says how many. At most :max.
select notification_meta.purge_kafka_messages(:before, :max) as removed
