-- Writes an event and its row in the outbox, in the shard of what it is about: what is published of one subject stays in its order. Called in the
-- transaction that made it true, in the tenant's scope or by an owner's function.
create or replace function notification_meta.publish_event(tenant uuid, event uuid, event_type text, about uuid, at timestamptz, facts json) returns void
language sql set search_path = public, pg_temp as $$
    insert into events (tenant_id, id, type, subject, occurred_at, facts) values (tenant, event, event_type, about, at, publish_event.facts);
    insert into outbox (shard, tenant_id, subject, seq) values (notification_meta.shard_of(about), tenant, event, 0);
$$;

revoke all on function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json) from public;
grant execute on function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json) to notification_app, notification_worker;
