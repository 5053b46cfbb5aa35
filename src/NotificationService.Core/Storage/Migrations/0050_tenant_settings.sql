-- What a tenant sets up for itself, and whether it may send: one row for each tenant that has ever set something; who has none has the defaults.
-- changed_at is the database's clock: nodes ask which rows changed lately (notification_meta.tenants_changed) and forget what they remember of them.
create table tenant_settings (
    tenant_id        uuid primary key references tenants,
    settings         json not null,
    revision         int not null check (revision > 0),
    changed_at       timestamptz not null,
    suspended_at     timestamptz,
    suspended_reason text check (length(suspended_reason) between 1 and 500)
);
create index tenant_settings_changed on tenant_settings (changed_at);
create index tenant_settings_suspended on tenant_settings (tenant_id) where suspended_at is not null;
select notification_meta.protect_tenant_table('tenant_settings', 'select, insert, update', 'select');

-- Which tenants changed is asked for all of them at once, by a function that runs as the schema's owner.
do $$
begin
    execute format('create policy changes_are_looked_up on tenant_settings for select to %I using (true)', current_user);
end $$;
