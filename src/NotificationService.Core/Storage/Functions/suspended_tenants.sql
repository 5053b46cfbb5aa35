-- Tenants that may not send now. Few as a rule; the index has no others.
create or replace function notification_meta.suspended_tenants(max_rows int) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select s.tenant_id from tenant_settings s where s.suspended_at is not null order by s.tenant_id limit max_rows
$$;

revoke all on function notification_meta.suspended_tenants(int) from public;
grant execute on function notification_meta.suspended_tenants(int) to notification_app, notification_worker;
