-- Mended rows are staged: the job goes on. $1 tenant, $2 job, $3 slices, $4 rows in all
-- Of all or nothing every row is looked at again before the first one is sent.
update bulk_jobs j
set state = case when j.mode = 2 and j.rows_queued = 0 then 2 else 3 end, slices = $3, rows_total = $4, reason = null, reason_message = null, ended_at = null, touched_at = clock_timestamp()
where j.tenant_id = $1 and j.id = $2 and (j.state = 5 or (j.state = 6 and j.reason = 'bad_rows')) and j.slices < $3
returning j.id
