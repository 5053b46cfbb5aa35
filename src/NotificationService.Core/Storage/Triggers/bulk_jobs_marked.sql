-- A file counts as a batch that lists of batches leave out.
create or replace trigger bulk_jobs_marked after insert on bulk_jobs for each row execute function notification_meta.mark_job_batch();
