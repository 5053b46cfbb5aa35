-- Goes on with a job of which nothing is left to do in its present pass. $1 tenant, $2 job, $3 its state
-- A dry run is over after the check; of all or nothing one bad row is enough for nothing.
with left_over as (
    select exists (select from bulk_row_ranges s where s.tenant_id = $1 and s.job_id = $2 and s.state < 2 and (s.state = 0 or $3 = 3)
        and s.number < (select row_ranges from bulk_jobs where tenant_id = $1 and id = $2)) as is_any
),
job as (
    update bulk_jobs j
    set state = case when $3 = 3 then 5 when j.dry_run then 8 when j.rows_bad > 0 then 6 else 3 end,
        rows_done = case when $3 = 2 and not j.dry_run and j.rows_bad = 0 then 0 else j.rows_done end,
        reason = case when $3 = 2 and not j.dry_run and j.rows_bad > 0 then 'bad_rows' end,
        reason_message = case when $3 = 2 and not j.dry_run and j.rows_bad > 0 then 'a row is bad, and the job is all or nothing: mend the rows of errors.csv and send them with continues' end,
        ended_at = case when $3 = 2 and not j.dry_run and j.rows_bad = 0 then null else clock_timestamp() end
    from left_over
    where j.tenant_id = $1 and j.id = $2 and j.state = $3 and not left_over.is_any
    returning j.state
),
closed as (
    update batches b set state = 2, closed_at = coalesce(b.closed_at, clock_timestamp()) from job
    where b.tenant_id = $1 and b.id = $2 and b.state = 1 and job.state in (5, 6, 8)
)
select state from job
