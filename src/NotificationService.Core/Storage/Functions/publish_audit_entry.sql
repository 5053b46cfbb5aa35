-- Publishes what an entry of the audit log says to the tenant's administrators who are connected: the entry, and the change as an event of what was changed. Nothing of what
-- it was before and after: that is read by whoever may. Only of what people set up, whose rate is that of the admin API: what is done to single notifications, and sign-ins, are
-- too many for a commit that takes its turn with others.
-- Runs at the commit of the change, so that an event is there exactly when the change is. The signal goes with the commit as well.
create or replace function notification_meta.publish_audit_entry(
    of_tenant uuid, entry uuid, place bigint, at timestamptz, actor_kind text, actor_id uuid, actor_name text, action text, target text) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    entity text := split_part(action, '.', 1);
    verb text := split_part(action, '.', 2);
    admins json := '[{"roles":["admin","platform_admin"]}]';
    last bigint;
begin
    if entity not in ('template', 'provider', 'service_account', 'webhook_endpoint', 'event_rule', 'lookup', 'tenant', 'user_import')
        and not (entity = 'user' and verb in ('created', 'invited', 'changed', 'deleted', 'disabled', 'enabled', 'linked')) then
        return;
    end if;
    insert into realtime_heads as h (tenant_id, sequence) values (of_tenant, 2)
    on conflict (tenant_id) do update set sequence = h.sequence + 2
    returning h.sequence into last;
    insert into realtime_events (tenant_id, sequence, id, type, audience, data, created_at)
    values
        (of_tenant, last - 1, notification_meta.new_id(),
            entity || case when verb in ('created', 'added', 'registered', 'invited') then '.created' when verb in ('deleted', 'removed') then '.deleted' else '.updated' end,
            admins, json_build_object('target', target, 'action', action, 'auditEntryId', entry), clock_timestamp()),
        (of_tenant, last, notification_meta.new_id(), 'audit_entry.created', admins,
            json_build_object('id', entry, 'sequence', place, 'at', at, 'actor', json_build_object('kind', actor_kind, 'id', actor_id, 'name', actor_name), 'action', action, 'target', target), clock_timestamp());
    -- As LiveSignals.KeyOf has it.
    perform pg_notify('notification_live', rtrim(translate(encode(substring(sha256(convert_to(of_tenant::text, 'UTF8')) for 8), 'base64'), '+/', '-_'), '='));
end $$;

revoke all on function notification_meta.publish_audit_entry(uuid, uuid, bigint, timestamptz, text, uuid, text, text, text) from public;
