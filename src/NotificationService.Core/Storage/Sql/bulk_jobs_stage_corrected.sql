-- Corrected rows are staged: the job goes on, and its batch with it. :tenant, :job, :row_ranges, :rows that came, :upload
-- Of all or nothing every row is looked at again before the first one is sent.
with job as (
    update bulk_jobs j
    set state = case when j.mode = {bulk_mode.all_or_nothing} and j.rows_queued = 0 then {job.checking} else {job.running} end, row_ranges = :row_ranges, rows_done = j.rows_total - :rows, rows_bad = j.rows_bad + j.rows_bad_coming, rows_bad_coming = 0, rows_gone = false, upload = null,
        reason = null, reason_message = null, ended_at = null, touched_at = clock_timestamp()
    where j.tenant_id = :tenant and j.id = :job and j.upload = :upload and (j.state = {job.done} or (j.state = {job.failed} and j.reason = 'bad_rows')) and j.row_ranges < :row_ranges
    returning j.id
),
batch as (
    update batches b set state = {batch.open}, closed_at = null, ended_at = null from job where b.tenant_id = :tenant and b.id = :job
)
select id from job
