-- Counts a try of a row range that failed, puts the next one off, and after the last one the job fails: what is queued stays queued, and it can be resumed.
-- :tenant, :job, :number, :max_tries. Answers the tries so far and whether the job has failed.
with row_range as (
    update bulk_row_ranges s set tries = s.tries + 1, retry_at = clock_timestamp() + interval '1 s' * (4 ^ s.tries)
    where s.tenant_id = :tenant and s.job_id = :job and s.number = :number and s.state < {range.queued}
    returning s.tries, s.lines
),
failed as (
    update bulk_jobs j
    set state = {job.failed}, resume_to = j.state, reason = 'rows_unworkable', ended_at = clock_timestamp(),
        reason_message = format('the service failed again and again at the rows of the lines %s to %s; what was queued stays queued, and resume tries the rest again', row_range.lines[1], row_range.lines[cardinality(row_range.lines)])
    from row_range where j.tenant_id = :tenant and j.id = :job and j.state in ({job.checking}, {job.running}) and row_range.tries >= :max_tries
    returning j.id
),
closed as (
    update batches b set state = {batch.complete}, closed_at = coalesce(b.closed_at, clock_timestamp()) from failed where b.tenant_id = :tenant and b.id = :job and b.state = {batch.open}
)
select row_range.tries, exists (select from failed) as is_over from row_range
