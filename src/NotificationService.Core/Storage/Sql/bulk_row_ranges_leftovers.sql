-- Deletes some of what an upload of corrected rows that stopped left behind; half a gigabyte is not deleted in one statement. Nothing when another upload has begun.
-- $1 tenant, $2 job, $3 the upload, $4 the most row ranges
with old as materialized (
    select s.number from bulk_row_ranges s join bulk_jobs j on j.tenant_id = s.tenant_id and j.id = s.job_id
    where s.tenant_id = $1 and s.job_id = $2 and s.number >= j.row_ranges and j.upload = $3 limit $4
),
errors as (delete from bulk_errors e using old where e.tenant_id = $1 and e.job_id = $2 and e.number = old.number)
delete from bulk_row_ranges s using old where s.tenant_id = $1 and s.job_id = $2 and s.number = old.number returning s.number
