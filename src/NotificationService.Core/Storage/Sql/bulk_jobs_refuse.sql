-- Gives an upload up: nothing was sent, and its rows are of no use; workers clear them in batches. $1 tenant, $2 job, $3 code, $4 message
update bulk_jobs set state = {job.failed}, reason = $3, reason_message = $4, rows_bad = 0, ended_at = clock_timestamp() where tenant_id = $1 and id = $2 and state = {job.uploading}
