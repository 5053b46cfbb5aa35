-- Digests of tenants that were given up recently enough that a token of theirs may still be about, at most so many.
create or replace function notification_meta.removed_tenants(longest_token interval, max_rows int) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select digest from tenant_erasures where requested_at > now() - longest_token limit max_rows
$$;

revoke all on function notification_meta.removed_tenants(interval, int) from public;
grant execute on function notification_meta.removed_tenants(interval, int) to notification_app;
