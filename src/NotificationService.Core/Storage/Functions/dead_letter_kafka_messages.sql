-- What the brokers will never acknowledge, out of the others' way.
create or replace function notification_meta.dead_letter_kafka_messages(shards smallint[], positions bigint[], stamps timestamptz[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    update kafka_messages m set shard = m.shard + 100 from unnest(shards, positions, stamps) as dead_lettered(shard, position, stamp)
    where m.shard = dead_lettered.shard and m.position = dead_lettered.position and m.created_at = dead_lettered.stamp
$$;

revoke all on function notification_meta.dead_letter_kafka_messages(smallint[], bigint[], timestamptz[]) from public;
grant execute on function notification_meta.dead_letter_kafka_messages(smallint[], bigint[], timestamptz[]) to notification_worker;
