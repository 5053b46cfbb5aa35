-- Removes old entries of the audit log in batches, the oldest first; none that is younger than thirty days, whatever the settings are.
create or replace function notification_meta.purge_audit_log(instant timestamptz, batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, id from audit_log where at < least(instant, now() - interval '30 days')
        order by at limit batch_size for update skip locked),
    gone as (delete from audit_log a using old where a.tenant_id = old.tenant_id and a.id = old.id returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_audit_log(timestamptz, int) from public;
grant execute on function notification_meta.purge_audit_log(timestamptz, int) to notification_worker;
