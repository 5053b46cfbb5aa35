-- Pause and cancel hold from their response on, how fast a batch or a file goes is known from its first second, and both are listed.

-- Whoever writes deliveries of a batch as begun shares this lock until the commit; whoever holds or cancels the batch takes it alone, last, and
-- answers after the commit. So what was begun before is committed before, and what begins after sees that the batch is held.
create function notification_meta.batch_lock(batch uuid) returns bigint language sql immutable parallel safe
    as $$ select hashtextextended(batch::text, 16) $$;

create function notification_meta.share_batches(ids uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
declare lock bigint;
begin
    for lock in select distinct notification_meta.batch_lock(i) from unnest(ids) i order by 1 loop
        perform pg_advisory_xact_lock_shared(lock);
    end loop;
end $$;

revoke all on function notification_meta.batch_lock(uuid), notification_meta.share_batches(uuid[]) from public;
grant execute on function notification_meta.batch_lock(uuid) to notification_app, notification_worker;
grant execute on function notification_meta.share_batches(uuid[]) to notification_worker;

-- How much was done at the beginning of the stretch that the rate is measured over, and where the next stretch begins: a stretch is at most
-- half a minute, or since the batch began if that is less. What was there before has its first stretch from the next measure on.
alter table batches
    add column pace_at timestamptz,
    add column pace_done float8 not null default 0,
    add column pace_next_at timestamptz,
    add column pace_next_done float8;
alter table batches alter column pace_at set default clock_timestamp();

-- How much of a batch is done, and of how much: deliveries that have ended, or the rows of a file. A row is done when it is bad, repeated, or
-- its share of the deliveries has ended; of a batch that is no file the rows are null.
create function notification_meta.batch_done(tenant uuid, batch uuid, rows_total int, rows_done int, rows_queued int) returns table (done float8, total float8)
language sql stable set search_path = public, pg_temp as $$
    select
        case when rows_total is null then c.ended
            else rows_done - rows_queued + case when c.ended + c.pending > 0 then rows_queued * c.ended / (c.ended + c.pending) else rows_queued end end,
        case when rows_total is null then c.ended + c.pending else rows_total end
    from (
        select coalesce(sum(n) filter (where status > 0), 0)::float8 as ended, coalesce(sum(n) filter (where status = 0), 0)::float8 as pending
        from (
            select g.status, g.n from batch_counts g where g.tenant_id = tenant and g.batch_id = batch
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = tenant and h.batch_id = batch) counted(status, n)) c
$$;

-- How many are done in a second of late, and how many seconds the rest takes at that rate; null where nobody can say. One place for the
-- answers of the API and for what events say.
create function notification_meta.batch_pace(tenant uuid, batch uuid, rows_total int, rows_done int, rows_queued int) returns table (rate float8, eta float8)
language sql volatile set search_path = public, pg_temp as $$
    select round(p.rate::numeric, 1)::float8,
        case when w.total <= w.done then 0 when p.rate > 0 then round(least((w.total - w.done) / p.rate, 315360000)) end
    from batches b
    cross join lateral notification_meta.batch_done(tenant, batch, rows_total, rows_done, rows_queued) w
    cross join lateral (
        select case when not b.held and b.ended_at is null and b.pace_at is not null
            then greatest(0, w.done - b.pace_done) / greatest(extract(epoch from clock_timestamp() - b.pace_at)::float8, 0.001) end as rate) p
    where b.tenant_id = tenant and b.id = batch
$$;

revoke all on function notification_meta.batch_done(uuid, uuid, int, int, int), notification_meta.batch_pace(uuid, uuid, int, int, int) from public;
grant execute on function notification_meta.batch_done(uuid, uuid, int, int, int), notification_meta.batch_pace(uuid, uuid, int, int, int) to notification_app, notification_worker;

-- A pass over a file begins: what was slow before, an upload or a pause, says nothing of it.
create function notification_meta.pace_bulk_job() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    update batches b set pace_at = clock_timestamp(), pace_done = w.done, pace_next_at = null, pace_next_done = null
    from notification_meta.batch_done(new.tenant_id, new.id, new.rows_total, new.rows_done, new.rows_queued) w
    where b.tenant_id = new.tenant_id and b.id = new.id;
    return null;
end $$;
create trigger bulk_jobs_paced after update of state on bulk_jobs
for each row when (new.state in (2, 3) and new.state <> old.state) execute function notification_meta.pace_bulk_job();
revoke all on function notification_meta.pace_bulk_job() from public;

-- As before (0017), and how fast it goes.
create or replace function notification_meta.publish_bulk_job_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    is_over boolean := new.state in (5, 6, 7, 8) and new.state <> old.state;
    pace record;
begin
    if not is_over and old.published_at > clock_timestamp() - interval '1 s' then
        return new;
    end if;
    new.published_at := clock_timestamp();
    select p.rate, p.eta into pace from notification_meta.batch_pace(new.tenant_id, new.id, new.rows_total, new.rows_done, new.rows_queued) p;
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), case when is_over then 'bulk_job.completed' else 'bulk_job.progress' end, new.id, new.published_at, json_build_object(
        'jobId', new.id, 'name', new.name,
        'status', (array['uploading', 'checking', 'running', 'paused', 'completed', 'failed', 'cancelled', 'checked'])[new.state], 'reason', new.reason,
        'rows', json_build_object('total', new.rows_total, 'done', new.rows_done, 'queued', new.rows_queued, 'bad', new.rows_bad, 'repeated', new.rows_repeated),
        'progress', case when new.rows_total = 0 then 0 else round(least(1, new.rows_done::numeric / new.rows_total), 6) end,
        'ratePerSecond', pace.rate, 'etaSeconds', pace.eta));
    return new;
end $$;

-- As before (0016), and moves the stretch on that the rate is measured over. After a minute without a measure a new one begins.
create or replace function notification_meta.measure_batches(tenants uuid[], ids uuid[], apart float8) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare held_tenants uuid[]; held_ids uuid[];
begin
    select array_agg(h.tenant_id), array_agg(h.id) into held_tenants, held_ids
    from (
        select b.tenant_id, b.id from batches b join unnest(tenants, ids) as i(tenant_id, id) on b.tenant_id = i.tenant_id and b.id = i.id
        order by b.tenant_id, b.id for no key update of b skip locked) h;

    with counted as materialized (
        select i.tenant_id, i.id,
            coalesce(sum(c.n) filter (where c.status = 0), 0) as pending, coalesce(sum(c.n) filter (where c.status > 0), 0)::bigint as ended
        from unnest(held_tenants, held_ids) as i(tenant_id, id)
        left join lateral (
            select g.status, g.n from batch_counts g where g.tenant_id = i.tenant_id and g.batch_id = i.id
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = i.tenant_id and h.batch_id = i.id) c on true
        group by i.tenant_id, i.id
    ),
    worked as materialized (
        select counted.*, w.done from counted
        left join bulk_jobs j on j.tenant_id = counted.tenant_id and j.id = counted.id
        cross join lateral notification_meta.batch_done(counted.tenant_id, counted.id, j.rows_total, j.rows_done, j.rows_queued) w
    )
    update batches b
    set ended_at = coalesce(b.ended_at, case when b.closed_at is not null and worked.pending = 0 then clock_timestamp() end),
        rate_per_second = case when b.sampled_at is null then null else greatest(0, worked.ended - b.sampled_ended) / extract(epoch from clock_timestamp() - b.sampled_at)::float8 end,
        sampled_at = clock_timestamp(), sampled_ended = worked.ended,
        pace_at = case when age.begins then clock_timestamp() when age.moves then age.last_at else b.pace_at end,
        pace_done = case when age.begins then worked.done when age.moves then coalesce(b.pace_next_done, b.pace_done) else b.pace_done end,
        pace_next_at = case when age.begins then null when age.moves then clock_timestamp() else b.pace_next_at end,
        pace_next_done = case when age.begins then null when age.moves then worked.done else b.pace_next_done end
    from worked
    join batches was on was.tenant_id = worked.tenant_id and was.id = worked.id
    cross join lateral (
        select coalesce(was.pace_next_at, was.pace_at) as last_at,
            coalesce(was.pace_next_at, was.pace_at, '-infinity') < clock_timestamp() - interval '1 min' as begins,
            coalesce(was.pace_next_at, was.pace_at, '-infinity') < clock_timestamp() - interval '15 s' as moves) age
    where b.tenant_id = worked.tenant_id and b.id = worked.id
      and (b.sampled_at is null or b.sampled_at < clock_timestamp() - make_interval(secs => apart)
           or (b.closed_at is not null and worked.pending = 0 and b.ended_at is null));
end $$;

-- Lists of batches and of jobs, newest first: each filter has an index that a page walks. Who knows neither, an older version of the service, adds
-- jobs without the mark: the trigger sets it.
alter table batches add column is_job boolean not null default false;
update batches b set is_job = true where exists (select from bulk_jobs j where j.tenant_id = b.tenant_id and j.id = b.id);
create function notification_meta.mark_job_batch() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    update batches b set is_job = true where b.tenant_id = new.tenant_id and b.id = new.id and not b.is_job;
    return null;
end $$;
create trigger bulk_jobs_marked after insert on bulk_jobs for each row execute function notification_meta.mark_job_batch();
revoke all on function notification_meta.mark_job_batch() from public;
create index batches_listed on batches (tenant_id, live, id) where not is_job;
create index batches_by_status on batches (tenant_id, live, (case when state = 2 and ended_at is not null then 4 else state end), id) where not is_job;
-- With a condition that only the list's statement states: never taken for a look-up by key (0022).
create index bulk_jobs_newest on bulk_jobs (tenant_id, live, id) where live is not null;
create index bulk_jobs_by_state on bulk_jobs (tenant_id, live, state, id) where live is not null;
drop index bulk_jobs_listed;
