-- The next messages of the shards that are free or this node's own, which are its own from now on.
create or replace function notification_meta.take_kafka_messages(for_node uuid, lease interval, max_count int)
returns table (shard smallint, "position" bigint, created_at timestamptz, key text, payload text)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    -- Nothing is written while there is nothing to do.
    if not exists (select from kafka_messages m where m.shard < 100) then
        return;
    end if;
    update kafka_shards s set node = for_node, lease_until = clock_timestamp() + lease
    where s.shard in (select f.shard from kafka_shards f where f.node = for_node or f.lease_until < clock_timestamp() order by f.shard for update skip locked);
    return query
        select m.shard, m.position, m.created_at, m.key, m.payload
        from kafka_shards s
        cross join lateral (select * from kafka_messages k where k.shard = s.shard order by k.position limit greatest(1, max_count / 8)) m
        where s.node = for_node and s.lease_until > clock_timestamp()
        order by m.shard, m.position;
end $$;

revoke all on function notification_meta.take_kafka_messages(uuid, interval, int) from public;
grant execute on function notification_meta.take_kafka_messages(uuid, interval, int) to notification_worker;
