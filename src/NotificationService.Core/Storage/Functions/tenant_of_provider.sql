-- A vendor reports to an address that names only a provider. Whose it is; everything else is then read under that tenant's scope.
create or replace function notification_meta.tenant_of_provider(provider uuid) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$ select tenant_id from providers where id = provider $$;

revoke all on function notification_meta.tenant_of_provider(uuid) from public;
grant execute on function notification_meta.tenant_of_provider(uuid) to notification_app;
