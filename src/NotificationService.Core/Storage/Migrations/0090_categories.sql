-- What a tenant's notifications are about. A key that is used first by a send becomes a row that says nothing yet.
create table categories (
    tenant_id       uuid not null references tenants on delete cascade,
    id              uuid not null,
    key             text not null check (length(key) between 1 and 100),
    name            text not null check (length(name) <= 200),
    names           json not null check (octet_length(names::text) <= 65536),
    channels        json not null check (octet_length(channels::text) <= 1024),
    critical        boolean not null,
    marketing       boolean not null,
    digestable      boolean not null,
    expires_after   int check (expires_after > 0),
    throttle_max    int check (throttle_max > 0),
    throttle_window int check (throttle_window > 0),
    revision        int not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, key),
    check ((throttle_max is null) = (throttle_window is null))
);
select notification_meta.protect_tenant_table('categories', 'select, insert, update, delete', 'select');
