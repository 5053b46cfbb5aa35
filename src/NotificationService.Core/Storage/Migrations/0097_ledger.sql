-- How many deliveries were accepted, and where they stand (docs/decisions/0078-the-ledger-is-added-up.md): by the hour in which they were accepted, in hours since
-- 1970, by mode, channel and status; what has no end yet is pending, 0. Whoever changes statuses adds rows to the changes, in the same statement; workers gather
-- them into the counts. Together they are exact at every moment.
create table ledger_changes (
    tenant_id uuid not null,
    hour      int not null,
    live      boolean not null,
    channel   smallint not null,
    status    smallint not null,
    accepted  int not null, -- how many were new
    delta     int not null  -- how many more stand there
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
create index ledger_changes_hour on ledger_changes (tenant_id, hour);
select notification_meta.protect_tenant_table('ledger_changes', 'select, insert', 'select, insert');
select notification_meta.tenants_in_scope('ledger_changes', 'notification_app', 'insert');

create table ledger_counts (
    tenant_id uuid not null,
    hour      int not null,
    live      boolean not null,
    channel   smallint not null,
    status    smallint not null,
    accepted  bigint not null,
    n         bigint not null,
    primary key (tenant_id, hour, live, channel, status)
) with (fillfactor = 50);
create index ledger_counts_hour on ledger_counts (hour); -- what is purged
select notification_meta.protect_tenant_table('ledger_counts', 'select', '');

do $$ begin
    execute format('create policy owner_gathers on ledger_changes to %I using (true) with check (true)', current_user);
    execute format('create policy owner_gathers on ledger_counts to %I using (true) with check (true)', current_user);
end $$;

insert into ledger_counts (tenant_id, hour, live, channel, status, accepted, n)
select tenant_id, notification_meta.hour_of(id), live, channel, case when status < 40 then 0 else status end, count(*), count(*) from deliveries group by 1, 2, 3, 4, 5;
