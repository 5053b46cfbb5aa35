-- Shares the locks of some batches (batch_lock) until the end of the transaction, in their order, so that nobody waits in a circle.
create or replace function notification_meta.share_batches(ids uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
declare lock bigint;
begin
    for lock in select distinct notification_meta.batch_lock(i) from unnest(ids) i order by 1 loop
        perform pg_advisory_xact_lock_shared(lock);
    end loop;
end $$;

revoke all on function notification_meta.share_batches(uuid[]) from public;
grant execute on function notification_meta.share_batches(uuid[]) to notification_worker;
