-- Removes what providers reported more than thirty days ago, in batches, the oldest first.
create or replace function notification_meta.purge_receipts(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, provider_id, dedupe_hash from receipts where received_at < now() - interval '30 days'
        order by received_at limit batch_size for update skip locked),
    gone as (
        delete from receipts r using old
        where r.tenant_id = old.tenant_id and r.provider_id = old.provider_id and r.dedupe_hash = old.dedupe_hash returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_receipts(int) from public;
grant execute on function notification_meta.purge_receipts(int) to notification_worker;
