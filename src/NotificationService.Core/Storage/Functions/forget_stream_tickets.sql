-- Removes used tickets of streams once they have expired.
create or replace function notification_meta.forget_stream_tickets(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (select tenant_id, id from stream_tickets where expires_at < now() - interval '5 minutes' order by expires_at limit batch_size for update skip locked),
    gone as (delete from stream_tickets t using old where t.tenant_id = old.tenant_id and t.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.forget_stream_tickets(int) from public;
grant execute on function notification_meta.forget_stream_tickets(int) to notification_worker;
