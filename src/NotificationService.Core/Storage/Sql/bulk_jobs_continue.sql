-- Begins to add corrected rows to a job. No row: there is no such job, or it cannot be continued.
-- :tenant, :job, :upload, :live, compared in a way that no index answers: by its key, not by the indexes of the list.
with job as (
    update bulk_jobs set upload = :upload, rows_bad_coming = 0, touched_at = clock_timestamp()
    where tenant_id = :tenant and id = :job and live is not distinct from :live and (state = {job.done} or (state = {job.failed} and reason = 'bad_rows'))
    returning id, row_ranges, rows_total
)
select row_ranges, rows_total,
    (select array_agg(e.line) from bulk_errors e where e.tenant_id = :tenant and e.job_id = :job and e.number < job.row_ranges and e.corrected_by is null) as bad_lines
from job
