-- Removes receipts of erasures that found nothing once they are old enough: whoever asks for people that nobody knows leaves nothing behind for good.
create or replace function notification_meta.forget_recipient_erasures(older_than interval, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from recipient_erasures where counts = '{}' and finished_at < now() - older_than order by finished_at limit batch_size for update skip locked),
    gone as (delete from recipient_erasures e using old where e.tenant_id = old.tenant_id and e.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.forget_recipient_erasures(interval, int) from public;
grant execute on function notification_meta.forget_recipient_erasures(interval, int) to notification_worker;
