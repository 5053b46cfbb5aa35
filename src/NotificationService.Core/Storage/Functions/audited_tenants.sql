-- Every tenant behind one, ascending, a page at a time: whose audit logs the command verify-audit looks at.
create or replace function notification_meta.audited_tenants(behind uuid, page_size int) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select t.tenant_id from tenants t where t.tenant_id > behind order by t.tenant_id limit page_size
$$;

revoke all on function notification_meta.audited_tenants(uuid, int) from public;
grant execute on function notification_meta.audited_tenants(uuid, int) to notification_app;
