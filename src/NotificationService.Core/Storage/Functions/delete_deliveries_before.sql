-- Finished deliveries of dropped months go in bounded batches; the caller repeats until it answers 0.
-- Goes from tenant to tenant along the primary key (tenant_id, id), a probe each, and on to the rows only of those whose oldest is old enough.
create or replace function notification_meta.delete_deliveries_before(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with recursive oldest as (
        (select d.tenant_id, d.id from deliveries d order by d.tenant_id, d.id limit 1)
        union all
        (select next.tenant_id, next.id
         from oldest
         cross join lateral (select d.tenant_id, d.id from deliveries d where d.tenant_id > oldest.tenant_id order by d.tenant_id, d.id limit 1) next)
    ),
    doomed as materialized (
        select old.place
        from oldest
        cross join lateral (
            select d.ctid as place from deliveries d
            where d.tenant_id = oldest.tenant_id and d.id < (select notification_meta.uuid_floor(instant)) and d.status not in ({status.unended})
            order by d.id limit batch_size for update skip locked) old
        where oldest.id < (select notification_meta.uuid_floor(instant))
        limit batch_size),
    gone as (delete from deliveries where ctid = any (array(select place from doomed)) returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.delete_deliveries_before(timestamptz, int) from public;
grant execute on function notification_meta.delete_deliveries_before(timestamptz, int) to notification_worker;
