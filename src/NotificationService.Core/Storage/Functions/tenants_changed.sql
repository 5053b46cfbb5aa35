-- Tenants whose settings changed within a time, with the revision that they have now: what a node remembers of an older one it forgets.
create or replace function notification_meta.tenants_changed(within interval, max_rows int) returns table (tenant_id uuid, revision int)
language sql stable security definer set search_path = public, pg_temp as $$
    select s.tenant_id, s.revision from tenant_settings s where s.changed_at > now() - within order by s.changed_at limit max_rows
$$;

revoke all on function notification_meta.tenants_changed(interval, int) from public;
grant execute on function notification_meta.tenants_changed(interval, int) to notification_app, notification_worker;
