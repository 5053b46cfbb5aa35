-- Counts a try of a slice that failed, puts the next one off, and after the last one the job fails: what is queued stays queued, and it can be resumed.
-- $1 tenant, $2 job, $3 number, $4 the most tries. Answers the tries so far and whether the job has failed.
with slice as (
    update bulk_slices s set tries = s.tries + 1, retry_at = clock_timestamp() + interval '1 s' * (4 ^ s.tries)
    where s.tenant_id = $1 and s.job_id = $2 and s.number = $3 and s.state < 2
    returning s.tries, s.lines
),
failed as (
    update bulk_jobs j
    set state = 6, resume_to = j.state, reason = 'rows_unworkable', ended_at = clock_timestamp(),
        reason_message = format('the service failed again and again at the rows of the lines %s to %s; what was queued stays queued, and resume tries the rest again', slice.lines[1], slice.lines[cardinality(slice.lines)])
    from slice where j.tenant_id = $1 and j.id = $2 and j.state in (2, 3) and slice.tries >= $4
    returning j.id
),
closed as (
    update batches b set state = 2, closed_at = coalesce(b.closed_at, clock_timestamp()) from failed where b.tenant_id = $1 and b.id = $2 and b.state = 1
)
select slice.tries, exists (select from failed) from slice
