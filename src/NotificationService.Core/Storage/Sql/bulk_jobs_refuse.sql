-- Gives an upload up: nothing was sent, and its rows are of no use; workers clear them in batches. :tenant, :job, :code, :message
update bulk_jobs set state = {job.failed}, reason = :code, reason_message = :message, rows_bad = 0, ended_at = clock_timestamp() where tenant_id = :tenant and id = :job and state = {job.uploading}
