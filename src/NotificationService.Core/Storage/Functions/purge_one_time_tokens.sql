-- A one-time token is of no use once it has expired; for an hour longer it counts against how many an account is sent.
create or replace function notification_meta.purge_one_time_tokens(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from one_time_tokens where expires_at < now() - interval '1 hour' order by expires_at limit batch_size for update skip locked),
    gone as (delete from one_time_tokens t using old where t.tenant_id = old.tenant_id and t.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_one_time_tokens(int) from public;
grant execute on function notification_meta.purge_one_time_tokens(int) to notification_worker;
