-- Goes on with a job of which nothing is left to do in its present pass. :tenant, :job, :state
-- A dry run is over after the check; of all or nothing one bad row is enough for nothing.
with left_over as (
    select exists (select from bulk_row_ranges s where s.tenant_id = :tenant and s.job_id = :job and s.state < {range.queued} and (s.state = {range.staged} or :state = {job.running})
        and s.number < (select row_ranges from bulk_jobs where tenant_id = :tenant and id = :job)) as is_any
),
job as (
    update bulk_jobs j
    set state = case when :state = {job.running} then {job.done} when j.dry_run then {job.checked} when j.rows_bad > 0 then {job.failed} else {job.running} end,
        rows_done = case when :state = {job.checking} and not j.dry_run and j.rows_bad = 0 then 0 else j.rows_done end,
        reason = case when :state = {job.checking} and not j.dry_run and j.rows_bad > 0 then 'bad_rows' end,
        reason_message = case when :state = {job.checking} and not j.dry_run and j.rows_bad > 0 then 'a row is bad, and the job is all or nothing: mend the rows of errors.csv and send them with continues' end,
        ended_at = case when :state = {job.checking} and not j.dry_run and j.rows_bad = 0 then null else clock_timestamp() end
    from left_over
    where j.tenant_id = :tenant and j.id = :job and j.state = :state and not left_over.is_any
    returning j.state
),
closed as (
    update batches b set state = {batch.complete}, closed_at = coalesce(b.closed_at, clock_timestamp()) from job
    where b.tenant_id = :tenant and b.id = :job and b.state = {batch.open} and job.state in ({job.done}, {job.failed}, {job.checked})
)
select state from job
