-- The tenant that a topic of the configuration is for: by its key or its id, each by an index.
create or replace function notification_meta.tenant_named(wanted text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select tenant_id from tenants where key = wanted
    union all
    select tenant_id from tenants where tenant_id = case when wanted ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then wanted::uuid end
$$;

revoke all on function notification_meta.tenant_named(text) from public;
grant execute on function notification_meta.tenant_named(text) to notification_app;
