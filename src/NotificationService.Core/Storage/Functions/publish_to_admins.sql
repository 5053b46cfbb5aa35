-- Publishes events to the administrators of some tenants who are connected, in the order given. Each tenant's head is locked to the end of the transaction, in the order of their
-- ids, as by realtime_events_publish.
create or replace function notification_meta.publish_to_admins(of_tenants uuid[], event_ids uuid[], event_types text[], event_data text[]) returns void
language sql security definer set search_path = public, pg_temp as $$
    with given as materialized (
        select e.tenant, e.id, e.type, e.data, row_number() over (partition by e.tenant order by e.ord) as place, count(*) over (partition by e.tenant) as many
        from unnest(of_tenants, event_ids, event_types, event_data) with ordinality as e(tenant, id, type, data, ord)
    ),
    heads as (
        insert into realtime_heads as h (tenant_id, sequence) select distinct tenant, many from given order by tenant
        on conflict (tenant_id) do update set sequence = h.sequence + excluded.sequence
        returning h.tenant_id, h.sequence
    )
    insert into realtime_events (tenant_id, sequence, id, type, audience, data, created_at)
    select h.tenant_id, h.sequence - g.many + g.place, g.id, g.type, '[{"roles":["admin","platform_admin"]}]', g.data::json, clock_timestamp()
    from given g join heads h on h.tenant_id = g.tenant
$$;

revoke all on function notification_meta.publish_to_admins(uuid[], uuid[], text[], text[]) from public;
grant execute on function notification_meta.publish_to_admins(uuid[], uuid[], text[], text[]) to notification_worker;
