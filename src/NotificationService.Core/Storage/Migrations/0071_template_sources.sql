-- What somebody wrote, where layout and partials were put into what is rendered; who wrote it, and what they say about it.
alter table template_versions
    add column source json,
    add column layout text check (layout ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    add column note text check (length(note) between 1 and 500),
    add column author_kind text,
    add column author_id uuid;

-- Which state of which layouts and partials a version is made of: a changed one shows by it which templates would change.
create table template_version_fragments (
    tenant_id   uuid not null,
    template_id uuid not null,
    version     int not null,
    kind        smallint not null,
    key         text not null,
    hash        bytea not null,
    primary key (tenant_id, template_id, version, kind, key),
    foreign key (tenant_id, template_id, version) references template_versions (tenant_id, template_id, version)
);
create index template_version_fragments_used on template_version_fragments (tenant_id, kind, key, template_id, version);
select notification_meta.protect_tenant_table('template_version_fragments', 'select, insert, update, delete', '');
