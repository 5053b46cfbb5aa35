create table tenants (
    tenant_id  uuid primary key,
    key        text not null unique check (key ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name       text not null check (length(name) between 1 and 200),
    created_at timestamptz not null default now()
);
select notification_meta.protect_tenant_table('tenants', 'select, insert, update', 'select');
