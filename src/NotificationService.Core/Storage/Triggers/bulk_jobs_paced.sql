-- A pass over a file begins.
create or replace trigger bulk_jobs_paced after update of state on bulk_jobs
for each row when (new.state in ({job.working}) and new.state <> old.state) execute function notification_meta.pace_bulk_job();
