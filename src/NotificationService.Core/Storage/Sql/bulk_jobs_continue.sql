-- Begins to add mended rows to a job, and clears what an upload of them that stopped left behind. $1 tenant, $2 job
with job as (select id, slices, rows_total from bulk_jobs where tenant_id = $1 and id = $2),
cleared as (delete from bulk_slices s using job where s.tenant_id = $1 and s.job_id = job.id and s.number >= job.slices)
select slices, rows_total from job
