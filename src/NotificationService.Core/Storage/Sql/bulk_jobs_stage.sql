-- The whole file is staged: from here on the job goes by itself, whatever process dies.
-- $1 tenant, $2 job, $3 state to go on with, $4 mode, $5 dry run, $6 settings, $7 map, $8 file hash, $9 file bytes, $10 row ranges, $11 rows in all, $12 from when on rows are due,
-- $13 also if the same file came within a day in the same mode, $14 its name, which may have come after the file. Of two that come at once the second waits for the first one's commit, by the lock taken before.
update bulk_jobs
set state = $3, mode = $4, dry_run = $5, settings = $6::json, map = $7::json, file_hash = $8, file_bytes = $9, row_ranges = $10, rows_total = $11, starts_at = $12, name = coalesce($14, name), touched_at = clock_timestamp()
where tenant_id = $1 and id = $2 and state = {job.uploading}
  and ($13 or not exists (
      select from bulk_jobs other
      where other.tenant_id = $1 and other.file_hash = $8 and other.id <> $2 and other.live = bulk_jobs.live and other.state not in ({job.uploading}, {job.failed}, {job.checked}) and other.created_at > clock_timestamp() - interval '24 hours'))
returning id
