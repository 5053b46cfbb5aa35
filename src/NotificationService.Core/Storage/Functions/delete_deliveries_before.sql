-- Finished deliveries of dropped months go in bounded batches; the caller repeats until it answers 0.
create or replace function notification_meta.delete_deliveries_before(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with doomed as materialized (
        select id from deliveries where id < notification_meta.uuid_floor(instant) and status not in ({status.unended})
        order by id limit batch_size for update skip locked),
    gone as (delete from deliveries where id = any (array(select id from doomed)) returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.delete_deliveries_before(timestamptz, int) from public;
grant execute on function notification_meta.delete_deliveries_before(timestamptz, int) to notification_worker;
