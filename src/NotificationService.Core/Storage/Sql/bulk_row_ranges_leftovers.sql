-- Deletes some of what an upload of corrected rows that stopped left behind; half a gigabyte is not deleted in one statement. Nothing when another upload has begun.
-- :tenant, :job, :upload, :max row ranges
with old as materialized (
    select s.number from bulk_row_ranges s join bulk_jobs j on j.tenant_id = s.tenant_id and j.id = s.job_id
    where s.tenant_id = :tenant and s.job_id = :job and s.number >= j.row_ranges and j.upload = :upload limit :max
),
errors as (delete from bulk_errors e using old where e.tenant_id = :tenant and e.job_id = :job and e.number = old.number)
delete from bulk_row_ranges s using old where s.tenant_id = :tenant and s.job_id = :job and s.number = old.number returning s.number
