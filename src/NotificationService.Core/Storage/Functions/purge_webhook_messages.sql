-- Removes old messages that wait for nothing, in batches, the oldest first.
create or replace function notification_meta.purge_webhook_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select id from webhook_messages where id < notification_meta.uuid_floor(instant) and state <> {message.pending} order by id limit batch_size for update skip locked),
    gone as (delete from webhook_messages m using old where m.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_webhook_messages(timestamptz, int) from public;
grant execute on function notification_meta.purge_webhook_messages(timestamptz, int) to notification_worker;
