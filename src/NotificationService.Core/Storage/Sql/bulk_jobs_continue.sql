-- Begins to add corrected rows to a job. No row: there is no such job, or it cannot be continued.
-- $1 tenant, $2 job, $3 the upload, $4 live, compared in a way that no index answers: by its key, not by the indexes of the list.
with job as (
    update bulk_jobs set upload = $3, rows_bad_coming = 0, touched_at = clock_timestamp()
    where tenant_id = $1 and id = $2 and live is not distinct from $4 and (state = {job.done} or (state = {job.failed} and reason = 'bad_rows'))
    returning id, row_ranges, rows_total
)
select row_ranges, rows_total,
    (select array_agg(e.line) from bulk_errors e where e.tenant_id = $1 and e.job_id = $2 and e.number < job.row_ranges and e.corrected_by is null)
from job
