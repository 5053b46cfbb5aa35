-- A pass over a file begins: what was slow before, an upload or a pause, says nothing of it.
create or replace function notification_meta.pace_bulk_job() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    update batches b set pace_at = clock_timestamp(), pace_done = w.done, pace_next_at = null, pace_next_done = null
    from notification_meta.batch_done(new.tenant_id, new.id, new.rows_total, new.rows_done, new.rows_queued) w
    where b.tenant_id = new.tenant_id and b.id = new.id;
    return null;
end $$;

revoke all on function notification_meta.pace_bulk_job() from public;
