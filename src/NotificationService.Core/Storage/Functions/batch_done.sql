-- How much of a batch is done, and of how much: deliveries that have ended, or the rows of a file. A row is done when it is bad, repeated, or
-- its share of the deliveries has ended; of a batch that is no file the rows are null.
create or replace function notification_meta.batch_done(tenant uuid, batch uuid, rows_total int, rows_done int, rows_queued int) returns table (done float8, total float8)
language sql stable set search_path = public, pg_temp as $$
    select w.done, w.total
    from (
        select coalesce(sum(n) filter (where status > {tally.pending}), 0)::float8 as ended, coalesce(sum(n) filter (where status = {tally.pending}), 0)::float8 as pending
        from (
            select g.status, g.n from batch_counts g where g.tenant_id = tenant and g.batch_id = batch
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = tenant and h.batch_id = batch) counted(status, n)) c
    cross join lateral notification_meta.done_of(c.ended, c.pending, rows_total, rows_done, rows_queued) w
$$;

revoke all on function notification_meta.batch_done(uuid, uuid, int, int, int) from public;
grant execute on function notification_meta.batch_done(uuid, uuid, int, int, int) to notification_app, notification_worker;
