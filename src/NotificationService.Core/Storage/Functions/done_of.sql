-- The formula of batch_done, from rows that a list has read already: PostgreSQL makes it part of the list's statement.
create or replace function notification_meta.done_of(ended float8, pending float8, rows_total int, rows_done int, rows_queued int) returns table (done float8, total float8)
language sql stable as $$
    select
        case when rows_total is null then ended
            else rows_done - rows_queued + case when ended + pending > 0 then rows_queued * ended / (ended + pending) else rows_queued end end,
        case when rows_total is null then ended + pending else rows_total end
$$;

revoke all on function notification_meta.done_of(float8, float8, int, int, int) from public;
grant execute on function notification_meta.done_of(float8, float8, int, int, int) to notification_app, notification_worker;
