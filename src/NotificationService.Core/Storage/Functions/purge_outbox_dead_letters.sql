-- What could not be published was dead-lettered for a person to look at (shard 100 and more). What is published of it is gone with its subject by then.
create or replace function notification_meta.purge_outbox_dead_letters(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select ctid as place from outbox where shard >= 100 and subject < notification_meta.uuid_floor(instant)
        order by shard, position limit batch_size for update skip locked),
    gone as (delete from outbox where ctid = any (array(select place from old)) returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_outbox_dead_letters(timestamptz, int) from public;
grant execute on function notification_meta.purge_outbox_dead_letters(timestamptz, int) to notification_worker;
