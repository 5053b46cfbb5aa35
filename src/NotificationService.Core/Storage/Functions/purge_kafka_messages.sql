-- What nobody has published since the instant goes: the topic was taken out of the configuration, or a person has left it dead-lettered. In batches, the
-- oldest of each shard first.
create or replace function notification_meta.purge_kafka_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select m.shard, m.position
        from (select generate_series(0, 7) as shard union all select generate_series(100, 107)) s
        cross join lateral (select k.shard, k.position, k.created_at from kafka_messages k where k.shard = s.shard order by k.position limit greatest(1, batch_size / 16)) m
        where m.created_at < instant),
    gone as (delete from kafka_messages m using old where m.shard = old.shard and m.position = old.position returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_kafka_messages(timestamptz, int) from public;
grant execute on function notification_meta.purge_kafka_messages(timestamptz, int) to notification_worker;
