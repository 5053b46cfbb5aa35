-- Lets a role do something to the rows of several tenants, those in the scope that its transaction opened: a second policy beside the one tenant's.
-- The array is read once for each statement and searched by halves. It is no condition that an index could answer: a probe of an index would
-- otherwise be made for each tenant in the scope.
create or replace function notification_meta.tenants_in_scope(tbl regclass, role_name text, verb text) returns void
language plpgsql as $$
declare
    in_scope constant text := $p$tenant_id = (select nullif(current_setting('app.tenants', true), '')::uuid[])[
        width_bucket(tenant_id, (select nullif(current_setting('app.tenants', true), '')::uuid[]))]$p$;
begin
    execute format('create policy tenants_in_scope_of_%s_to_%s on %s for %s to %I %s %s', replace(role_name, 'notification_', ''), verb, tbl, verb, role_name,
        case when verb <> 'insert' then format('using (%s)', in_scope) else '' end,
        case when verb in ('all', 'insert', 'update') then format('with check (%s)', in_scope) else '' end);
end $$;

revoke all on function notification_meta.tenants_in_scope(regclass, text, text) from public;
