-- Removes cancellings that ended before the instant; says how many, at most so many.
create or replace function notification_meta.purge_notification_cancels(instant timestamptz, max_rows int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare n int;
begin
    delete from notification_cancels c where c.ctid = any (array(
        select w.ctid from notification_cancels w where w.state = {filtered_cancel.done} and w.ended_at < instant order by w.ended_at limit max_rows for update skip locked));
    get diagnostics n = row_count;
    return n;
end $$;

revoke all on function notification_meta.purge_notification_cancels(timestamptz, int) from public;
grant execute on function notification_meta.purge_notification_cancels(timestamptz, int) to notification_worker;
