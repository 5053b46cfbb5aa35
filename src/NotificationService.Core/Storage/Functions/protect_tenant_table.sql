-- Every tenant table goes through this: RLS enabled and forced, one policy for the tenant in scope, for the worker one for several, the verbs named.
-- With no tenant in scope no row is seen and none can be written.
create or replace function notification_meta.protect_tenant_table(tbl regclass, app_verbs text, worker_verbs text) returns void
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', tbl);
    execute format('alter table %s force row level security', tbl);
    execute format($p$create policy tenant_in_scope on %s
        using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))
        with check (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))$p$, tbl);
    if app_verbs <> '' then execute format('grant %s on %s to notification_app', app_verbs, tbl); end if;
    if worker_verbs <> '' then
        execute format('grant %s on %s to notification_worker', worker_verbs, tbl);
        perform notification_meta.tenants_in_scope(tbl, 'notification_worker', 'all');
    end if;
end $$;

revoke all on function notification_meta.protect_tenant_table(regclass, text, text) from public;
