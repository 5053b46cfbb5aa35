-- What was acknowledged. Whoever holds the shard by now, it need not be published again. By its time as well: after a failover to a standby that did not
-- have the row yet, another may stand at its position.
create or replace function notification_meta.remove_kafka_messages(shards smallint[], positions bigint[], stamps timestamptz[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from kafka_messages m using unnest(shards, positions, stamps) as gone(shard, position, stamp)
    where m.shard = gone.shard and m.position = gone.position and m.created_at = gone.stamp
$$;

revoke all on function notification_meta.remove_kafka_messages(smallint[], bigint[], timestamptz[]) from public;
grant execute on function notification_meta.remove_kafka_messages(smallint[], bigint[], timestamptz[]) to notification_worker;
