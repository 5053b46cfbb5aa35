-- Uploads whose process is gone: nothing of them was sent, and their rows are of no use.
create or replace function notification_meta.give_up_uploads() returns int
language sql security definer set search_path = public, pg_temp as $$
    with stale as (
        update bulk_jobs j set state = {job.failed}, reason = 'upload_incomplete', reason_message = 'the upload ended half-way; nothing was sent: upload the file again', rows_bad = 0, ended_at = clock_timestamp()
        where j.state = {job.uploading} and j.touched_at < clock_timestamp() - interval '2 minutes'
        returning 1)
    select count(*)::int from stale
$$;

revoke all on function notification_meta.give_up_uploads() from public;
grant execute on function notification_meta.give_up_uploads() to notification_worker;
