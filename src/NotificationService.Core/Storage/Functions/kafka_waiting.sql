-- How many wait, counted up to 20,000, for how long the oldest has, and how many were dead-lettered.
create or replace function notification_meta.kafka_waiting() returns table (waiting bigint, seconds double precision, dead_lettered bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from (select 1 from kafka_messages m where m.shard < 100 limit 20000) few),
        coalesce(extract(epoch from clock_timestamp() - (
            select min(oldest.created_at) from kafka_shards s
            cross join lateral (select k.created_at from kafka_messages k where k.shard = s.shard order by k.position limit 1) oldest)), 0)::double precision,
        (select count(*) from (select 1 from kafka_messages m where m.shard >= 100 limit 20000) few)
$$;

revoke all on function notification_meta.kafka_waiting() from public;
grant execute on function notification_meta.kafka_waiting() to notification_worker;
