-- Clears rows that are of no use any more, in batches: those of an upload that was given up at once, those of a job that has ended after thirty days.
-- Half a gigabyte may be in them, which no single statement should delete. Answers the row ranges that were deleted. Corrected rows that are being
-- uploaded are left alone with their job; an upload of them that said nothing for two minutes has ended, and what still comes of it is refused.
create or replace function notification_meta.clear_bulk_rows(batch_size int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare old record; gone int; cleared int := 0;
begin
    for old in
        with refused as materialized (
            select j.tenant_id, j.id from bulk_jobs j where j.state = {job.failed} and j.reason in ('upload_incomplete', 'upload_refused') and not j.rows_gone
            order by j.ended_at limit batch_size for update skip locked),
        over as materialized (
            select j.tenant_id, j.id from bulk_jobs j where j.state in ({job.ended}) and not j.rows_gone and j.ended_at < now() - interval '30 days'
              and (j.upload is null or j.touched_at < clock_timestamp() - interval '2 minutes')
            order by j.ended_at limit batch_size for update skip locked)
        select * from refused union all select * from over
    loop
        update bulk_jobs j set upload = null where j.tenant_id = old.tenant_id and j.id = old.id and j.upload is not null;
        gone := notification_meta.delete_bulk_rows(old.tenant_id, old.id, batch_size - cleared);
        cleared := cleared + gone;
        if cleared >= batch_size then
            return cleared;
        end if;
        update bulk_jobs j set rows_gone = true where j.tenant_id = old.tenant_id and j.id = old.id;
    end loop;
    return cleared;
end $$;

revoke all on function notification_meta.clear_bulk_rows(int) from public;
grant execute on function notification_meta.clear_bulk_rows(int) to notification_worker;
