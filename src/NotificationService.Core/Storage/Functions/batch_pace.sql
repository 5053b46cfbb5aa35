-- How many are done in a second of late, and how many seconds the rest takes at that rate; null where nobody can say. One place for the
-- answers of the API and for what events say.
create or replace function notification_meta.batch_pace(tenant uuid, batch uuid, rows_total int, rows_done int, rows_queued int) returns table (rate float8, eta float8)
language sql volatile set search_path = public, pg_temp as $$
    select p.rate, p.eta
    from batches b
    cross join lateral notification_meta.batch_done(tenant, batch, rows_total, rows_done, rows_queued) w
    cross join lateral notification_meta.pace_of(w.done, w.total, b.held, b.ended_at, b.pace_at, b.pace_done) p
    where b.tenant_id = tenant and b.id = batch
$$;

revoke all on function notification_meta.batch_pace(uuid, uuid, int, int, int) from public;
grant execute on function notification_meta.batch_pace(uuid, uuid, int, int, int) to notification_app, notification_worker;
