-- Two roles below the owner. Roles belong to the whole cluster, so another database may have made them already,
-- perhaps at this very moment.
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
end $$;

-- Every tenant table goes through this: RLS enabled and forced, one policy for the tenant in scope, the verbs named.
-- With no tenant in scope no row is seen and none can be written.
create function notification_meta.protect_tenant_table(tbl regclass, app_verbs text, worker_verbs text) returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', tbl);
    execute format('alter table %s force row level security', tbl);
    execute format($p$create policy tenant_in_scope on %s
        using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))
        with check (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))$p$, tbl);
    if app_verbs <> '' then execute format('grant %s on %s to notification_app', app_verbs, tbl); end if;
    if worker_verbs <> '' then execute format('grant %s on %s to notification_worker', worker_verbs, tbl); end if;
end $$;
