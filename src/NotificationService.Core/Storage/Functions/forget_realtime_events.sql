-- Removes what was published too long ago, the oldest first, and notes for each tenant up to where.
create or replace function notification_meta.forget_realtime_events(older_than timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, sequence from realtime_events where created_at < older_than order by created_at limit batch_size for update skip locked),
    gone as (delete from realtime_events e using old where e.tenant_id = old.tenant_id and e.sequence = old.sequence returning e.tenant_id, e.sequence),
    noted as (
        update realtime_heads h set forgot_sequence = greatest(h.forgot_sequence, g.sequence)
        from (select tenant_id, max(sequence) as sequence from gone group by tenant_id order by tenant_id) g
        where h.tenant_id = g.tenant_id)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.forget_realtime_events(timestamptz, int) from public;
grant execute on function notification_meta.forget_realtime_events(timestamptz, int) to notification_worker;
