-- Removes suppressions that expired more than thirty days ago, in batches.
create or replace function notification_meta.purge_suppressions(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from suppressions where expires_at < now() - interval '30 days' order by expires_at limit batch_size for update skip locked),
    gone as (delete from suppressions s using old where s.tenant_id = old.tenant_id and s.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_suppressions(int) from public;
grant execute on function notification_meta.purge_suppressions(int) to notification_worker;
