-- Begins to add mended rows to a job, and clears what an upload of them that stopped left behind. No row: there is no such job, or it cannot be continued.
-- $1 tenant, $2 job, $3 the upload, $4 live
with job as (
    update bulk_jobs set upload = $3, touched_at = clock_timestamp()
    where tenant_id = $1 and id = $2 and live = $4 and (state = 5 or (state = 6 and reason = 'bad_rows'))
    returning id, slices, rows_total
),
cleared as (delete from bulk_slices s using job where s.tenant_id = $1 and s.job_id = job.id and s.number >= job.slices),
errors as (delete from bulk_errors e using job where e.tenant_id = $1 and e.job_id = job.id and e.number >= job.slices)
select slices, rows_total,
    (select array_agg(e.line) from bulk_errors e, job where e.tenant_id = $1 and e.job_id = job.id and e.number < job.slices and e.mended_by is null)
from job
