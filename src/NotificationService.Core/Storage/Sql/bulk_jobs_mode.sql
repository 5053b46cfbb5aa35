-- Whether a live account uploaded a job. $1 tenant, $2 id. Relies on the primary key.
select live from bulk_jobs where tenant_id = $1 and id = $2
