-- A file went on. As a trigger, because several statements move one on, and none of them may forget it.
create or replace trigger bulk_jobs_published before update of rows_done, state on bulk_jobs
for each row when (old.state <> {job.uploading} and (new.rows_done, new.state) is distinct from (old.rows_done, old.state))
execute function notification_meta.publish_bulk_job_event();
