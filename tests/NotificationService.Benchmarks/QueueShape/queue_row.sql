-- The other shape: a narrow row of its own per delivery that waits or is held, deleted when the delivery ends. The state row
-- then needs no index for the queue and is written twice in its life.
create table queue (
    id              uuid not null,
    tenant_id       uuid not null,
    channel         smallint not null,
    priority        smallint not null,
    claims          int not null default 0,
    attempts        smallint not null default 0,
    rescues         smallint not null default 0,
    due_at          timestamptz not null,
    expires_at      timestamptz,
    lease_until     timestamptz,
    call_started_at timestamptz,
    lease_owner     uuid,
    primary key (id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 20000);
create index queue_due on queue (priority, tenant_id, channel, due_at, id) where lease_until is null;
-- Not "where lease_until is not null": the statements that ask for a lease would read all that is leased instead of probing the primary key.
create index queue_leased on queue (lease_until) where claims > 0;
select notification_meta.protect_tenant_table('queue', 'select, insert, update, delete', 'select, update, delete');
create policy worker_sees_the_queue on queue to notification_worker using (true) with check (true);
drop index deliveries_due;
drop index deliveries_leased;
