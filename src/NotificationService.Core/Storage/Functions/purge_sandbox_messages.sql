-- Removes old messages of the sandbox in batches, the oldest first; none of the last hour, whatever the settings are.
create or replace function notification_meta.purge_sandbox_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from sandbox_messages where created_at < least(instant, now() - interval '1 hour')
        order by created_at limit batch_size for update skip locked),
    gone as (delete from sandbox_messages m using old where m.tenant_id = old.tenant_id and m.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_sandbox_messages(timestamptz, int) from public;
grant execute on function notification_meta.purge_sandbox_messages(timestamptz, int) to notification_worker;
