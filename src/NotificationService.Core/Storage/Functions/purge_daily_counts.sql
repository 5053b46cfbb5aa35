-- A day's counts are of no use once the day has ended everywhere.
create or replace function notification_meta.purge_daily_counts(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, day, counter from daily_counts where day < (now() at time zone 'UTC')::date - 2 order by day limit batch_size for update skip locked),
    gone as (delete from daily_counts c using old where c.tenant_id = old.tenant_id and c.day = old.day and c.counter = old.counter returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_daily_counts(int) from public;
grant execute on function notification_meta.purge_daily_counts(int) to notification_worker;
