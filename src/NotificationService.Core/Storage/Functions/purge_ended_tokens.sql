-- Removes what no token is about any more, in batches, the oldest first. The longest token is good for an hour.
create or replace function notification_meta.purge_ended_tokens(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, subject from ended_tokens where ended_at < now() - interval '2 hours' order by ended_at limit batch_size for update skip locked),
    gone as (delete from ended_tokens e using old where e.tenant_id = old.tenant_id and e.subject = old.subject returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_ended_tokens(int) from public;
grant execute on function notification_meta.purge_ended_tokens(int) to notification_worker;
