-- Removes old files of people with their rows, in batches, the oldest first.
create or replace function notification_meta.purge_user_imports(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from user_imports where created_at < now() - interval '30 days' order by created_at limit batch_size for update skip locked),
    gone as (delete from user_imports i using old where i.tenant_id = old.tenant_id and i.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_user_imports(int) from public;
grant execute on function notification_meta.purge_user_imports(int) to notification_worker;
