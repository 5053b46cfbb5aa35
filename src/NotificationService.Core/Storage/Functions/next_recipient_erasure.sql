-- An open erasure of a person that no worker is at, of any tenant: that which was looked at the longest ago first. Two workers at once: the second passes by.
create or replace function notification_meta.next_recipient_erasure() returns table (tenant_id uuid, id uuid)
language sql security definer set search_path = public, pg_temp as $$
    update recipient_erasures e set worked_until = clock_timestamp() + interval '1 minute'
    from (
        select r.tenant_id, r.id from recipient_erasures r where r.finished_at is null and r.worked_until < clock_timestamp() order by r.worked_until limit 1 for update skip locked) next
    where e.tenant_id = next.tenant_id and e.id = next.id
    returning e.tenant_id, e.id
$$;

revoke all on function notification_meta.next_recipient_erasure() from public;
grant execute on function notification_meta.next_recipient_erasure() to notification_worker;
