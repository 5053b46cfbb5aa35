-- Layouts and partials: text that templates share. What a version says with them is resolved when it is published, into its own contents.
create table template_fragments (
    tenant_id   uuid not null references tenants (tenant_id),
    kind        smallint not null check (kind in (1, 2)), -- 1 a layout, 2 a partial
    key         text not null check (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$' and key !~ '^shared\.'),
    name        text not null check (length(name) between 1 and 200),
    contents    json not null,
    includes    text[] not null,  -- the partials that its texts name
    size        int not null,     -- characters of contents: known before they are read
    hash        bytea not null,   -- of contents: what a version was made of
    revision    int not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    author_kind text not null,
    author_id   uuid,
    primary key (tenant_id, kind, key)
);
select notification_meta.protect_tenant_table('template_fragments', 'select, insert, update, delete', '');

-- Every tenant's: no tenant's data, so without a tenant. Platform admins write them through the API.
create table shared_template_fragments (
    kind       smallint not null check (kind in (1, 2)),
    key        text not null check (key ~ '^shared\.[a-z0-9._-]{1,57}$'),
    name       text not null check (length(name) between 1 and 200),
    contents   json not null,
    includes   text[] not null,
    size       int not null,
    hash       bytea not null,
    revision   int not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (kind, key)
);
grant select, insert, update, delete on shared_template_fragments to notification_app;
