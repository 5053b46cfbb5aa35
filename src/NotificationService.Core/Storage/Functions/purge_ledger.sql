-- Removes counts of hours before the instant of which no delivery is left, so that no later change can come; says how many. What was not gathered yet keeps its hour.
create or replace function notification_meta.purge_ledger(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select c.ctid as place, c.tenant_id, c.hour, notification_meta.uuid_floor(to_timestamp(c.hour * 3600.0)) as first_id, notification_meta.uuid_floor(to_timestamp((c.hour + 1) * 3600.0)) as before_id
        from ledger_counts c where c.hour < floor(extract(epoch from instant) / 3600)::int order by c.hour limit batch_size for update skip locked
    ),
    doomed as materialized (
        select old.place from old
        where not exists (select from deliveries d where d.tenant_id = old.tenant_id and d.id >= old.first_id and d.id < old.before_id)
          and not exists (select from ledger_changes g where g.tenant_id = old.tenant_id and g.hour = old.hour)
    ),
    gone as (delete from ledger_counts where ctid = any (array(select place from doomed)) returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_ledger(timestamptz, int) from public;
grant execute on function notification_meta.purge_ledger(timestamptz, int) to notification_worker;
