-- A node that stops, or does not reach the brokers, leaves its shards to the others at once.
create or replace function notification_meta.leave_kafka_shards(of_node uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
    update kafka_shards set node = null, lease_until = '-infinity' where node = of_node
$$;

revoke all on function notification_meta.leave_kafka_shards(uuid) from public;
grant execute on function notification_meta.leave_kafka_shards(uuid) to notification_worker;
