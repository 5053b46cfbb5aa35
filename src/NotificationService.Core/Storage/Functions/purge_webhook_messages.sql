-- Removes old messages that wait for nothing, in batches. Goes from tenant to tenant as delete_deliveries_before does.
create or replace function notification_meta.purge_webhook_messages(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with recursive oldest as (
        (select m.tenant_id, m.id from webhook_messages m order by m.tenant_id, m.id limit 1)
        union all
        (select next.tenant_id, next.id
         from oldest
         cross join lateral (select m.tenant_id, m.id from webhook_messages m where m.tenant_id > oldest.tenant_id order by m.tenant_id, m.id limit 1) next)
    ),
    doomed as materialized (
        select old.place
        from oldest
        cross join lateral (
            select m.ctid as place from webhook_messages m
            where m.tenant_id = oldest.tenant_id and m.id < (select notification_meta.uuid_floor(instant)) and m.state <> {message.pending}
            order by m.id limit batch_size for update skip locked) old
        where oldest.id < (select notification_meta.uuid_floor(instant))
        limit batch_size),
    gone as (delete from webhook_messages where ctid = any (array(select place from doomed)) returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_webhook_messages(timestamptz, int) from public;
grant execute on function notification_meta.purge_webhook_messages(timestamptz, int) to notification_worker;
