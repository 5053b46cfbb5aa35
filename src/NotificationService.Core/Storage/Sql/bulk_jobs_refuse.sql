-- Gives an upload up: nothing was sent, and its rows are of no use. $1 tenant, $2 job, $3 code, $4 message
with refused as (
    update bulk_jobs set state = 6, reason = $3, reason_message = $4, ended_at = clock_timestamp() where tenant_id = $1 and id = $2 and state = 1 returning id
),
errors as (delete from bulk_errors e using refused where e.tenant_id = $1 and e.job_id = refused.id)
delete from bulk_slices s using refused where s.tenant_id = $1 and s.job_id = refused.id
