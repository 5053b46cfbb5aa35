-- A job of the same file and mode within a day that was not refused. :tenant, :file_hash, :job to leave out
-- Materialized, so that it is looked up by the hash and not in the order of the ids, through all of the tenant's jobs.
with same as materialized (
    select id from bulk_jobs
    where tenant_id = :tenant and file_hash = :file_hash and id <> :job and live = (select j.live from bulk_jobs j where j.tenant_id = :tenant and j.id = :job) and state not in ({job.uploading}, {job.failed}, {job.checked}) and created_at > clock_timestamp() - interval '24 hours'
)
select id from same order by id desc limit 1
