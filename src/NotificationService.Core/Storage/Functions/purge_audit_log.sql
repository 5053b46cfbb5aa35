-- Removes old entries of the audit log in batches; none that is younger than thirty days, whatever the settings are. Of each tenant the oldest part of its
-- chain goes, up to the first entry that stays, and the last one's place and hash are kept in its head: what is left can still be verified from there.
create or replace function notification_meta.purge_audit_log(instant timestamptz, batch_size int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    cutoff timestamptz := least(instant, now() - interval '30 days');
    whose uuid;
    anchor bigint;
    last_removed record;
    removed int;
    total int := 0;
begin
    for whose in
        select distinct o.tenant_id from (select a.tenant_id from audit_log a where a.at < cutoff order by a.at limit batch_size) o order by 1
    loop
        exit when total >= batch_size;
        -- Who appends or purges there at this moment is not waited for.
        select h.anchor_sequence into anchor from audit_heads h where h.tenant_id = whose for update skip locked;
        continue when not found;
        select p.sequence, p.hash into last_removed
        from (
            select c.sequence, c.hash, bool_and(c.at < cutoff) over (order by c.sequence) as is_old
            from (
                select a.sequence, a.hash, a.at from audit_log a
                where a.tenant_id = whose and a.sequence > anchor order by a.tenant_id, a.sequence limit batch_size - total) c) p
        where p.is_old order by p.sequence desc limit 1;
        continue when not found;
        delete from audit_log a where a.tenant_id = whose and a.sequence > anchor and a.sequence <= last_removed.sequence;
        get diagnostics removed = row_count;
        update audit_heads h set anchor_sequence = last_removed.sequence, anchor_hash = last_removed.hash where h.tenant_id = whose;
        total := total + removed;
    end loop;
    return total;
end $$;

revoke all on function notification_meta.purge_audit_log(timestamptz, int) from public;
grant execute on function notification_meta.purge_audit_log(timestamptz, int) to notification_worker;
