-- Which of these endpoints nothing is to be sent to any more, and why. Each of a tenant; a look-up by the key for each.
create or replace function notification_meta.unwanted_endpoints(tenants uuid[], endpoints uuid[]) returns table (id uuid, reason text)
language sql stable security definer set search_path = public, pg_temp as $$
    select asked.id, case when e.enabled is null then 'endpoint_deleted' else 'endpoint_disabled' end
    from unnest(tenants, endpoints) as asked(tenant_id, id)
    left join lateral (select w.enabled from webhook_endpoints w where w.tenant_id = asked.tenant_id and w.id = asked.id offset 0) e on true
    where e.enabled is not true
$$;

revoke all on function notification_meta.unwanted_endpoints(uuid[], uuid[]) from public;
grant execute on function notification_meta.unwanted_endpoints(uuid[], uuid[]) to notification_worker;
