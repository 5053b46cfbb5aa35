-- What every part of the schema needs, on a new database and on one that was restored into another cluster: the schema of what is the service's own, its
-- journal and the two roles below the owner. Roles belong to the whole cluster, so another database may have made them already, perhaps at this very moment.
create schema if not exists notification_meta;
create table if not exists notification_meta.migrations (
    name       text not null,
    checksum   text not null,  -- of the text that was applied: a function is applied once for each of its texts
    applied_at timestamptz not null default now(),
    primary key (name, checksum)
);
do $$
declare r text;
begin
    foreach r in array array['notification_app', 'notification_worker'] loop
        begin
            if not exists (select from pg_roles where rolname = r) then
                execute format('create role %I nologin noinherit nosuperuser nobypassrls nocreatedb nocreaterole', r);
            end if;
        exception when duplicate_object or unique_violation then null;
        end;
        -- From PostgreSQL 16 on, who makes a role may administer it, yet not become it without a grant.
        if not pg_has_role(current_user, r, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
            execute format('grant %I to %I', r, current_user);
        end if;
        execute format('grant usage on schema public, notification_meta to %I', r);
        -- So that a login which may only become the two roles can see whether the schema is up to date.
        execute format('grant select on notification_meta.migrations to %I', r);
    end loop;
end $$
