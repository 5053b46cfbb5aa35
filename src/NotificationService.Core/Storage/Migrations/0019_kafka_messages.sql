-- Events on their way to Kafka: written by the relay in its transaction, removed when the brokers have acknowledged them.
create table kafka_messages (
    shard      smallint not null,      -- as in outbox; from 100 on what the brokers refused, for a person to look at. One relay at a time adds to it, so that of two of one notification the later one stands behind
    position   bigint not null generated always as identity,
    tenant_id  uuid not null,
    key        text not null,
    payload    text not null,
    created_at timestamptz not null default now(),
    primary key (shard, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
select notification_meta.protect_tenant_table('kafka_messages', '', 'insert');

-- Who publishes a shard, and until when it may. No connection is held meanwhile.
create table kafka_shards (
    shard      smallint primary key,
    node       uuid,
    lease_until timestamptz not null default '-infinity'
);
insert into kafka_shards (shard) select generate_series(0, 7);

do $$ begin
    execute format('create policy owner_publishes on kafka_messages to %I using (true) with check (true)', current_user);
end $$;

-- The next messages of the shards that are free or this node's own, which are its own from now on.
create function notification_meta.take_kafka_messages(for_node uuid, lease interval, max_count int)
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

-- What was acknowledged. Whoever holds the shard by now, it need not be published again. By its time as well: after a failover to a standby that did not
-- have the row yet, another may stand at its position.
create function notification_meta.remove_kafka_messages(shards smallint[], positions bigint[], stamps timestamptz[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    delete from kafka_messages m using unnest(shards, positions, stamps) as gone(shard, position, stamp)
    where m.shard = gone.shard and m.position = gone.position and m.created_at = gone.stamp
$$;

-- What the brokers will never acknowledge, out of the others' way.
create function notification_meta.dead_letter_kafka_messages(shards smallint[], positions bigint[], stamps timestamptz[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    update kafka_messages m set shard = m.shard + 100 from unnest(shards, positions, stamps) as dead_lettered(shard, position, stamp)
    where m.shard = dead_lettered.shard and m.position = dead_lettered.position and m.created_at = dead_lettered.stamp
$$;

-- A node that stops, or does not reach the brokers, leaves its shards to the others at once.
create function notification_meta.leave_kafka_shards(of_node uuid) returns void
language sql security definer set search_path = public, pg_temp as $$
    update kafka_shards set node = null, lease_until = '-infinity' where node = of_node
$$;

-- How many wait, counted up to 20,000, for how long the oldest has, and how many were dead-lettered.
create function notification_meta.kafka_waiting() returns table (waiting bigint, seconds double precision, dead_lettered bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select (select count(*) from (select 1 from kafka_messages m where m.shard < 100 limit 20000) few),
        coalesce(extract(epoch from clock_timestamp() - (
            select min(oldest.created_at) from kafka_shards s
            cross join lateral (select k.created_at from kafka_messages k where k.shard = s.shard order by k.position limit 1) oldest)), 0)::double precision,
        (select count(*) from (select 1 from kafka_messages m where m.shard >= 100 limit 20000) few)
$$;

-- What nobody has published since the instant goes: the topic was taken out of the configuration, or a person has left it dead-lettered. In batches, the
-- oldest of each shard first.
create function notification_meta.purge_kafka_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select m.shard, m.position
        from (select generate_series(0, 7) as shard union all select generate_series(100, 107)) s
        cross join lateral (select k.shard, k.position, k.created_at from kafka_messages k where k.shard = s.shard order by k.position limit greatest(1, batch_size / 16)) m
        where m.created_at < instant),
    gone as (delete from kafka_messages m using old where m.shard = old.shard and m.position = old.position returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.take_kafka_messages(uuid, interval, int), notification_meta.remove_kafka_messages(smallint[], bigint[], timestamptz[]), notification_meta.dead_letter_kafka_messages(smallint[], bigint[], timestamptz[]),
    notification_meta.leave_kafka_shards(uuid), notification_meta.kafka_waiting(), notification_meta.purge_kafka_messages(timestamptz, int) from public;
grant execute on function notification_meta.take_kafka_messages(uuid, interval, int), notification_meta.remove_kafka_messages(smallint[], bigint[], timestamptz[]), notification_meta.dead_letter_kafka_messages(smallint[], bigint[], timestamptz[]),
    notification_meta.leave_kafka_shards(uuid), notification_meta.kafka_waiting(), notification_meta.purge_kafka_messages(timestamptz, int) to notification_worker;
