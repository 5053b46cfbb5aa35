-- Removes old events in batches, the oldest first.
create or replace function notification_meta.purge_events(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (select tenant_id, id from events where occurred_at < instant order by occurred_at limit batch_size),
    gone as (delete from events e using old where e.tenant_id = old.tenant_id and e.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_events(timestamptz, int) from public;
grant execute on function notification_meta.purge_events(timestamptz, int) to notification_worker;
