-- Events on their way to Kafka: written by the relay in its transaction, removed when the brokers have acknowledged them.
create table kafka_messages (
    shard      smallint not null,      -- as in outbox; from 100 on what the brokers refused, for a person to look at. One relay at a time adds to it, so that of two of one notification the later one stands behind
    position   bigint not null generated always as identity,
    tenant_id  uuid not null,
    key        text not null,
    payload    text not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);
create index kafka_messages_queue on kafka_messages (shard, position);
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
