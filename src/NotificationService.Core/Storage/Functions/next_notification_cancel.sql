-- The cancelling that waited longest, under a lease: who dies is followed by another when the lease is over.
create or replace function notification_meta.next_notification_cancel(lease interval) returns table (tenant uuid, cancel uuid)
language sql security definer set search_path = public, pg_temp as $$
    update notification_cancels c set served_at = clock_timestamp(), leased_until = clock_timestamp() + lease
    from (
        select w.tenant_id, w.id from notification_cancels w where w.state = {filtered_cancel.running} and (w.leased_until is null or w.leased_until < clock_timestamp())
        order by w.served_at nulls first limit 1 for update skip locked) next
    where c.tenant_id = next.tenant_id and c.id = next.id
    returning c.tenant_id, c.id
$$;

revoke all on function notification_meta.next_notification_cancel(interval) from public;
grant execute on function notification_meta.next_notification_cancel(interval) to notification_worker;
