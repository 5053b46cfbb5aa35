-- Batches of which something may still stand where it was put off while they were held: the worker that put it off may have begun before.
create or replace function notification_meta.resumed_batches() returns table (tenant uuid, batch uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select b.tenant_id, b.id from batches b where b.resumed_at > clock_timestamp() - interval '10 minutes' and not b.held
$$;

revoke all on function notification_meta.resumed_batches() from public;
grant execute on function notification_meta.resumed_batches() to notification_worker;
