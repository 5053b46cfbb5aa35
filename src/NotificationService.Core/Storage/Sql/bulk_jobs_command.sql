-- Pauses, resumes, cancels or starts a job, which comes to the state of that number; of a paused one nothing that is queued goes out. :tenant, :id, :command
-- The workers find the state changed when they commit a row range, and give that row range up. What was put off while it was held is brought back by workers.
-- A dry run that is over is started while its rows are there; all of them become notifications that were not found bad, paced from now on.
-- A job of which everything has ended is neither paused nor cancelled. One that failed at rows is resumed while they are there: they are cleared after thirty days.
with before as materialized (select id, state, resume_to, reason, ended_at, mode, rows_bad, rows_gone from bulk_jobs where tenant_id = :tenant and id = :id for update),
pending as (
    select coalesce(sum(n), 0) as n from (
        select c.n from batch_counts c where c.tenant_id = :tenant and c.batch_id = :id and c.status = {tally.pending}
        union all
        select g.delta from batch_changes g where g.tenant_id = :tenant and g.batch_id = :id and g.status = {tally.pending}) counted
),
changed as (
    update bulk_jobs j
    set state = case :command when {command.resume} then before.resume_to else :command end,
        resume_to = case when :command = {command.pause} then before.state end,
        reason = case when :command <> {command.resume} then j.reason end,
        reason_message = case when :command <> {command.resume} then j.reason_message end,
        ended_at = case when :command = {command.cancel} then clock_timestamp() when before.state in ({job.failed}, {job.checked}) then null else j.ended_at end,
        dry_run = j.dry_run and :command <> {command.start},
        rows_done = case when :command = {command.start} then 0 else j.rows_done end,
        starts_at = case when :command = {command.start} then greatest(j.starts_at, clock_timestamp()) else j.starts_at end
    from before, pending
    where j.tenant_id = :tenant and j.id = :id and (
        (:command = {command.pause} and (before.state in ({job.checking}, {job.running}) or (before.state = {job.done} and pending.n > 0)))
        or (:command = {command.resume} and (before.state = {job.paused} or (before.state = {job.failed} and before.reason = 'rows_unworkable' and before.ended_at > clock_timestamp() - interval '29 days')))
        or (:command = {command.start} and before.state = {job.checked} and not before.rows_gone and before.ended_at > clock_timestamp() - interval '29 days' and (before.mode = {bulk_mode.skip_bad_rows} or before.rows_bad = 0))
        or (:command = {command.cancel} and (before.state in ({job.checking}, {job.running}, {job.paused}) or (before.state = {job.done} and pending.n > 0) or (before.state = {job.failed} and before.reason = 'rows_unworkable'))))
    returning j.id
),
again as (
    update bulk_row_ranges s set tries = 0, retry_at = null from changed where :command = {command.resume} and s.tenant_id = :tenant and s.job_id = :id and s.state < {range.queued} and s.tries > 0
),
batch as (
    update batches b
    set held = :command = {command.pause},
        resumed_at = case when :command = {command.resume} then clock_timestamp() else b.resumed_at end,
        state = case when :command = {command.cancel} then {batch.cancelled} when before.state in ({job.failed}, {job.checked}) then {batch.open} else b.state end,
        closed_at = case when :command = {command.cancel} then coalesce(b.closed_at, clock_timestamp()) when before.state in ({job.failed}, {job.checked}) then null else b.closed_at end,
        ended_at = case when :command = {command.cancel} or before.state in ({job.failed}, {job.checked}) then null else b.ended_at end
    from changed, before where b.tenant_id = :tenant and b.id = :id
)
select changed.id is not null as changed from before left join changed on true
