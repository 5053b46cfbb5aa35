-- The whole file is staged: from here on the job goes by itself, whatever process dies.
-- :tenant, :job, :state to go on with, :mode, :dry_run, :settings, :map, :file_hash, :file_bytes, :row_ranges, :rows_total, :starts_at from when on rows are due,
-- :force also if the same file came within a day in the same mode, :name its name, which may have come after the file. Of two that come at once the second waits for the first one's commit, by the lock taken before.
update bulk_jobs
set state = :state, mode = :mode, dry_run = :dry_run, settings = :settings::json, map = :map::json, file_hash = :file_hash, file_bytes = :file_bytes, row_ranges = :row_ranges, rows_total = :rows_total, starts_at = :starts_at, name = coalesce(:name, name), touched_at = clock_timestamp()
where tenant_id = :tenant and id = :job and state = {job.uploading}
  and (:force or not exists (
      select from bulk_jobs other
      where other.tenant_id = :tenant and other.file_hash = :file_hash and other.id <> :job and other.live = bulk_jobs.live and other.state not in ({job.uploading}, {job.failed}, {job.checked}) and other.created_at > clock_timestamp() - interval '24 hours'))
returning id
