-- Takes content and addresses out of notifications, and out of what was written about them: attempts' messages, the timeline's details, what providers sent,
-- copies in the sandbox, and messages to webhook endpoints that wait for nothing. Called under the tenant's scope, by redact_content alone.
create or replace function notification_meta.redact_notifications(tenant uuid, ids uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
declare first_id uuid := (select i from unnest(ids) i order by i limit 1); last_id uuid; delivery_ids uuid[]; message_ids uuid[];
begin
    if ids is null or cardinality(ids) = 0 then
        return;
    end if;
    last_id := (select overlay(i::text placing 'f' from 36)::uuid from unnest(ids) i order by i desc limit 1);
    select array_agg(d.id) into delivery_ids
    from unnest(ids) i(id)
    cross join lateral (select v.id from deliveries v where v.tenant_id = tenant and v.id > i.id and v.id <= overlay(i.id::text placing 'f' from 36)::uuid offset 0) d;

    update notifications n set
        recipient = case when n.user_id is null then '{}' else ('{"userId":' || to_json(n.user_id)::text || '}')::json end,
        data = null, content = null, metadata = null, content_redacted_at = now()
    where n.tenant_id = tenant and n.id = any (ids) and n.id between first_id and last_id;
    update deliveries d set failure_message = null, devices = null
    where d.tenant_id = tenant and d.id = any (delivery_ids) and (d.failure_message is not null or d.devices is not null);
    update attempts a set message = null where a.tenant_id = tenant and a.delivery_id = any (delivery_ids) and a.delivery_id between first_id and last_id and a.message is not null;
    update timeline l set detail = null where l.tenant_id = tenant and l.delivery_id = any (delivery_ids) and l.delivery_id between first_id and last_id and l.detail is not null;
    update engagements e set detail = null where e.tenant_id = tenant and e.delivery_id = any (delivery_ids) and e.delivery_id between first_id and last_id and e.detail is not null;
    update receipts r set raw = null, address = null, url = null, message = null where r.tenant_id = tenant and r.delivery_id = any (delivery_ids) and r.state in ({receipt.applied}, {receipt.ignored});
    delete from sandbox_messages m where m.tenant_id = tenant and m.delivery_id = any (delivery_ids);
    select array_agg(m.id) into message_ids
    from unnest(delivery_ids) i(id)
    cross join lateral (select v.id from webhook_messages v where v.tenant_id = tenant and v.subject = i.id and v.state <> {message.pending} offset 0) m;
    delete from webhook_attempts w where w.tenant_id = tenant and w.message_id = any (message_ids) and w.message_id >= first_id;
    delete from webhook_messages m where m.tenant_id = tenant and m.id = any (message_ids) and m.state <> {message.pending};
    delete from retention_left l where l.tenant_id = tenant and l.notification_id = any (ids);
end $$;

revoke all on function notification_meta.redact_notifications(uuid, uuid[]) from public;
