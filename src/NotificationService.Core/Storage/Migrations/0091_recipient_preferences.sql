-- What people want to be sent. A person of whom there is no row has no opinion.
create table recipient_preferences (
    tenant_id  uuid not null references tenants on delete cascade,
    user_id    text not null check (length(user_id) between 1 and 128),
    version    bigint not null check (version > 0),
    says       json not null check (octet_length(says::text) <= 65536),
    updated_at timestamptz not null,
    primary key (tenant_id, user_id)
);
select notification_meta.protect_tenant_table('recipient_preferences', 'select, insert, update, delete', 'select');
