-- The next row range of a job that is working, and how it is to be worked; locked until the commit. :tenant, :job
-- Several workers at once: each takes a row range that no other holds. One that failed waits for its next try and does not hold up the others.
select j.state, j.mode, j.dry_run, j.account_id, j.live, j.settings, j.columns, j.map, j.starts_at, json_array_length(coalesce(j.samples, '[]')) as samples,
    s.number, s.first_id, s.first_row, s.lines, s.cells,
    (select array_agg(e.index) from bulk_errors e where e.tenant_id = :tenant and e.job_id = :job and e.number = s.number) as known, s.tries, s.corrects
from bulk_jobs j
left join lateral (
    select b.number, b.first_id, b.first_row, b.lines, b.cells, b.tries, b.corrects from bulk_row_ranges b
    where b.tenant_id = :tenant and b.job_id = :job and b.number < j.row_ranges and b.state < {range.queued} and (b.state = {range.staged} or j.state = {job.running}) and (b.retry_at is null or b.retry_at <= clock_timestamp())
    order by b.number limit 1 for update skip locked) s on true
where j.tenant_id = :tenant and j.id = :job and j.state in ({job.checking}, {job.running})
