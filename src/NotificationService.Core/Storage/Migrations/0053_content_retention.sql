-- Content and addresses that a tenant keeps for less time than the rows: when they were taken out of a notification.
alter table notifications add column content_redacted_at timestamptz;

-- Who has set a time for it.
alter table tenant_settings add column redacts boolean not null generated always as ((settings -> 'retentionDays') is not null) stored;
create index tenant_settings_redacting on tenant_settings (tenant_id) where redacts;

-- How far each tenant's notifications were looked through for a channel's time: everything up to this id is done, or stands in retention_left.
create table retention_marks (
    tenant_id uuid not null references tenants,
    channel   smallint not null, -- 0: files and batches
    reached   uuid not null,
    primary key (tenant_id, channel)
);
select notification_meta.protect_tenant_table('retention_marks', '', '');

-- What was passed by because a delivery of it had not ended: looked at again, the longest ago first.
create table retention_left (
    tenant_id       uuid not null,
    notification_id uuid not null,
    looked_at       timestamptz not null,
    primary key (tenant_id, notification_id)
);
create index retention_left_next on retention_left (tenant_id, looked_at);
select notification_meta.protect_tenant_table('retention_left', '', '');
