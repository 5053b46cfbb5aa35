-- A slice's rows as they came. $1 tenant, $2 job, $3 slice
select cells from bulk_slices where tenant_id = $1 and job_id = $2 and number = $3
