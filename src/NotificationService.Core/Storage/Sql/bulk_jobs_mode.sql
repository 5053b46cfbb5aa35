-- Whether a live account uploaded a job. :tenant, :id. Relies on the primary key.
select live from bulk_jobs where tenant_id = :tenant and id = :id
