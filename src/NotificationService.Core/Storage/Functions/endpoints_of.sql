-- Who of these tenants listens, and to what.
create or replace function notification_meta.endpoints_of(tenants uuid[])
returns table (tenant_id uuid, id uuid, events text[], channels smallint[], categories text[], batches uuid[], payload smallint)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.tenant_id, e.id, e.events, e.channels, e.categories, e.batches, e.payload
    from webhook_endpoints e where e.tenant_id = any (tenants) and e.enabled order by e.tenant_id, e.id
$$;

revoke all on function notification_meta.endpoints_of(uuid[]) from public;
grant execute on function notification_meta.endpoints_of(uuid[]) to notification_worker;
