-- Tenants that keep content for less time than rows.
create or replace function notification_meta.redacting_tenants() returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select s.tenant_id from tenant_settings s where s.redacts order by s.tenant_id
$$;

revoke all on function notification_meta.redacting_tenants() from public;
grant execute on function notification_meta.redacting_tenants() to notification_worker;
