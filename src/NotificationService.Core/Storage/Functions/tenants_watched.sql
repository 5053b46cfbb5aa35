-- Of these tenants those of whom an administrator is connected, to whichever process.
create or replace function notification_meta.tenants_watched(of_tenants uuid[]) returns table (tenant_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select t.id from unnest(of_tenants) as t(id)
    cross join lateral (
        select from (select h.node_id from presence h where h.tenant_id = t.id and h.room in ('role:admin', 'role:platform_admin') offset 0) p
        join presence_nodes n on n.id = p.node_id
        where n.alive_until > clock_timestamp() limit 1) watching
$$;

revoke all on function notification_meta.tenants_watched(uuid[]) from public;
grant execute on function notification_meta.tenants_watched(uuid[]) to notification_worker;
