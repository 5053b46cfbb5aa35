-- A job of the same file and mode within a day that was not refused. $1 tenant, $2 file hash, $3 job to leave out
-- Materialized, so that it is looked up by the hash and not in the order of the ids, through all of the tenant's jobs.
with same as materialized (
    select id from bulk_jobs
    where tenant_id = $1 and file_hash = $2 and id <> $3 and live = (select j.live from bulk_jobs j where j.tenant_id = $1 and j.id = $3) and state not in ({job.uploading}, {job.failed}, {job.checked}) and created_at > clock_timestamp() - interval '24 hours'
)
select id from same order by id desc limit 1
