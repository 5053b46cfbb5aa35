-- A CSV file of people to be invited, and its rows. What became of a row is written in the transaction that invites, so that a row is invited once or not at all.
create table user_imports (
    tenant_id  uuid not null references tenants,
    id         uuid not null,
    by_kind    smallint not null, -- who asked: 0 a service account, 1 a person
    by_id      uuid not null,
    by_roles   text[] not null,
    rows       int not null,
    invited    int not null default 0,
    rejected   int not null default 0,
    tries      int not null default 0, -- in a row that failed
    created_at timestamptz not null,
    next_at    timestamptz not null,   -- the one that waited longest is worked first
    ended_at   timestamptz,
    primary key (tenant_id, id)
);
create index user_imports_open on user_imports (next_at) where ended_at is null;
create index user_imports_age on user_imports (created_at);
select notification_meta.protect_tenant_table('user_imports', 'select, insert, update', '');

create table user_import_rows (
    tenant_id  uuid not null,
    import_id  uuid not null,
    line       int not null,
    email      text, -- until the row is worked, and so on
    name       text,
    user_id    text,
    roles      text[] not null,
    groups     text[] not null,
    state      smallint not null default 0, -- 0 waits, 1 invited, 2 rejected
    account_id uuid,
    field      text,
    code       text,
    message    text,
    primary key (tenant_id, import_id, line),
    foreign key (tenant_id, import_id) references user_imports (tenant_id, id) on delete cascade
);
create index user_import_rows_waiting on user_import_rows (tenant_id, import_id, line) where state = 0;
select notification_meta.protect_tenant_table('user_import_rows', 'select, insert, update', '');

do $$
begin
    execute format('create policy open_imports_are_found on user_imports for select to %I using (true)', current_user);
    execute format('create policy old_imports_are_removed on user_imports to %I using (created_at < now() - interval ''30 days'')', current_user);
end $$;
