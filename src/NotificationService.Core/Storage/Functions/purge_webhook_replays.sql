-- Removes old replays that have ended, in batches, the oldest first.
create or replace function notification_meta.purge_webhook_replays(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from webhook_replays where state <> {replay.running} and created_at < instant order by created_at limit batch_size for update skip locked),
    gone as (delete from webhook_replays r using old where r.tenant_id = old.tenant_id and r.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_webhook_replays(timestamptz, int) from public;
grant execute on function notification_meta.purge_webhook_replays(timestamptz, int) to notification_worker;
