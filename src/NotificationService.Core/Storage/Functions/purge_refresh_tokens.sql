-- A refresh token is of no use once its sign-in has ended; until then a second use of it must be noticed, also of one that was revoked.
create or replace function notification_meta.purge_refresh_tokens(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from refresh_tokens where expires_at < now() order by expires_at limit batch_size for update skip locked),
    gone as (delete from refresh_tokens t using old where t.tenant_id = old.tenant_id and t.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_refresh_tokens(int) from public;
grant execute on function notification_meta.purge_refresh_tokens(int) to notification_worker;
