-- A template is a name for a sequence of versions, one of which may be published.
create table templates (
    tenant_id         uuid not null references tenants (tenant_id),
    id                uuid not null,
    key               text not null check (key ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    name              text not null check (length(name) between 1 and 200),
    category          text check (length(category) between 1 and 100),
    published_version int,
    created_at        timestamptz not null,
    updated_at        timestamptz not null,
    archived_at       timestamptz,
    primary key (tenant_id, id)
);
-- An archived template keeps its versions, because deliveries may be pinned to them, but gives its key back.
create unique index templates_key on templates (tenant_id, key) where archived_at is null;
-- A key's templates, those included that were archived and gave it back.
create index templates_by_key on templates (tenant_id, key, id) where key is not null;
select notification_meta.protect_tenant_table('templates', 'select, insert, update', 'select');

create table template_versions (
    tenant_id    uuid not null,
    template_id  uuid not null,
    version      int not null check (version > 0),
    contents     json not null,
    channels     smallint[] not null,
    created_at   timestamptz not null,
    published_at timestamptz,
    tested_at    timestamptz, -- a test was sent with it
    primary key (tenant_id, template_id, version),
    foreign key (tenant_id, template_id) references templates (tenant_id, id)
);
select notification_meta.protect_tenant_table('template_versions', 'select, insert, update', 'select');
alter table templates add foreign key (tenant_id, id, published_version) references template_versions (tenant_id, template_id, version);
