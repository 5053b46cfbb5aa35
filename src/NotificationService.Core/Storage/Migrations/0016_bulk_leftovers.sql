-- What chunks said is counted as deliveries are (0011): -1 chunks, -2 accepted, -3 rejected, -4 repeated items. So a batch costs the same for one
-- chunk and for ten million.
do $$ begin
    execute format('create policy owner_keeps_chunks on batch_chunks to %I using (true) with check (true)', current_user);
end $$;
insert into batch_counts (tenant_id, batch_id, status, n)
select c.tenant_id, c.batch_id, said.status, said.n
from (select tenant_id, batch_id, count(*) filter (where items > 0) as chunks, sum(accepted) as accepted, sum(rejected) as rejected, sum(repeated) as repeated
      from batch_chunks group by tenant_id, batch_id) c
cross join lateral (values (-1, c.chunks), (-2, c.accepted), (-3, c.rejected), (-4, c.repeated)) as said(status, n)
where said.n <> 0;

-- Measures how fast batches go, unless that was done a moment ago, and notes once that one has ended: closed, and nothing of it waits.
-- Whoever closes a batch has waited for its chunks, so what is counted after its row is held holds all of them; in one statement with it the
-- count could be older than the closing. A batch that somebody else holds is measured the next time.
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
    )
    update batches b
    set ended_at = coalesce(b.ended_at, case when b.closed_at is not null and counted.pending = 0 then clock_timestamp() end),
        rate_per_second = case when b.sampled_at is null then null else greatest(0, counted.ended - b.sampled_ended) / extract(epoch from clock_timestamp() - b.sampled_at)::float8 end,
        sampled_at = clock_timestamp(), sampled_ended = counted.ended
    from counted
    where b.tenant_id = counted.tenant_id and b.id = counted.id
      and (b.sampled_at is null or b.sampled_at < clock_timestamp() - make_interval(secs => apart)
           or (b.closed_at is not null and counted.pending = 0 and b.ended_at is null));
end $$;

-- A row range that could not be worked is tried again later, and not for ever.
alter table bulk_row_ranges
    add column tries smallint not null default 0,
    add column retry_at timestamptz;

alter table bulk_jobs
    -- Bad rows of the corrected ones that are being uploaded: they are the job's once all of them are there. Those before are counted in rows_bad.
    add column rows_bad_coming int not null default 0,
    -- Nothing is left of its rows.
    add column rows_gone boolean not null default false,
    -- Null until its first turn: a new job must not set its tenant back.
    alter column served_at drop not null,
    alter column served_at drop default;
update bulk_jobs j set rows_bad = (
    select count(*) from bulk_errors e
    where e.tenant_id = j.tenant_id and e.job_id = j.id and e.corrected_by is null and (e.number < j.row_ranges or j.state = 1));

-- The tenant that was served longest ago, and of its jobs the one that was: whoever has many jobs has no more turns than whoever has one.
-- Several workers at once: each takes a job that no other is taking.
create or replace function notification_meta.next_bulk_job() returns table (tenant uuid, job uuid)
language sql security definer set search_path = public, pg_temp as $$
    update bulk_jobs j set served_at = clock_timestamp()
    from (
        select b.tenant_id, b.id
        from bulk_jobs b
        join (select w.tenant_id, max(w.served_at) as served_at from bulk_jobs w where w.state in (2, 3) group by w.tenant_id) t on t.tenant_id = b.tenant_id
        where b.state in (2, 3)
        order by t.served_at nulls first, b.served_at nulls first limit 1 for update of b skip locked) next
    where j.tenant_id = next.tenant_id and j.id = next.id
    returning j.tenant_id, j.id
$$;

-- Uploads whose process is gone: nothing of them was sent, and their rows are of no use.
create or replace function notification_meta.give_up_uploads() returns int
language sql security definer set search_path = public, pg_temp as $$
    with stale as (
        update bulk_jobs j set state = 6, reason = 'upload_incomplete', reason_message = 'the upload ended half-way; nothing was sent: upload the file again', rows_bad = 0, ended_at = clock_timestamp()
        where j.state = 1 and j.touched_at < clock_timestamp() - interval '2 minutes'
        returning 1)
    select count(*)::int from stale
$$;

-- Clears rows that are of no use any more, in batches: those of an upload that was given up at once, those of a job that has ended after thirty days.
-- Half a gigabyte may be in them, which no single statement should delete. Answers the row ranges that were deleted. Corrected rows that are being uploaded
-- are left alone with their job; an upload of them that said nothing for two minutes has ended, and what still comes of it is refused.
create index bulk_jobs_refused on bulk_jobs (ended_at) where state = 6 and reason in ('upload_incomplete', 'upload_refused') and not rows_gone;
create index bulk_jobs_rows on bulk_jobs (ended_at) where state in (5, 6, 7, 8) and not rows_gone;
drop index bulk_jobs_ended;
drop function notification_meta.purge_bulk_rows(int);
create function notification_meta.clear_bulk_rows(batch_size int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare old record; gone int; cleared int := 0;
begin
    for old in
        with refused as materialized (
            select j.tenant_id, j.id from bulk_jobs j where j.state = 6 and j.reason in ('upload_incomplete', 'upload_refused') and not j.rows_gone
            order by j.ended_at limit batch_size for update skip locked),
        over as materialized (
            select j.tenant_id, j.id from bulk_jobs j where j.state in (5, 6, 7, 8) and not j.rows_gone and j.ended_at < now() - interval '30 days'
              and (j.upload is null or j.touched_at < clock_timestamp() - interval '2 minutes')
            order by j.ended_at limit batch_size for update skip locked)
        select * from refused union all select * from over
    loop
        update bulk_jobs j set upload = null where j.tenant_id = old.tenant_id and j.id = old.id and j.upload is not null;
        gone := notification_meta.delete_bulk_rows(old.tenant_id, old.id, batch_size - cleared);
        cleared := cleared + gone;
        if cleared >= batch_size then
            return cleared;
        end if;
        update bulk_jobs j set rows_gone = true where j.tenant_id = old.tenant_id and j.id = old.id;
    end loop;
    return cleared;
end $$;

-- Deletes so many row ranges of a job, and what was said of their rows.
create function notification_meta.delete_bulk_rows(tenant uuid, job uuid, max_count int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare numbers int[];
begin
    select array_agg(picked.number) into numbers from (
        select s.number from bulk_row_ranges s where s.tenant_id = tenant and s.job_id = job limit max_count) picked;
    delete from bulk_errors e where e.tenant_id = tenant and e.job_id = job and e.number = any (numbers);
    delete from bulk_row_ranges s where s.tenant_id = tenant and s.job_id = job and s.number = any (numbers);
    return coalesce(cardinality(numbers), 0);
end $$;

-- Batches and jobs of which nothing has happened since the instant, with their chunks and counts, in batches; the caller repeats until it answers
-- less than it may. One that is open counts as over when nothing came for as long. Whoever adds to one holds its row.
create index batches_created on batches (created_at);
create function notification_meta.purge_batches(instant timestamptz, batch_size int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare old record; gone int := 0; deleted int;
begin
    for old in
        select b.tenant_id, b.id from batches b
        where b.created_at < instant and greatest(b.created_at, b.sampled_at, b.ended_at) < instant and (b.ended_at is not null or b.state = 1)
          and not exists (select from deliveries d where d.batch_id = b.id and d.status in (10, 20))
          and not exists (select from bulk_jobs j where j.tenant_id = b.tenant_id and j.id = b.id and j.state in (1, 2, 3, 4))
        order by b.created_at limit batch_size for update of b skip locked
    loop
        -- Whoever goes on with a job holds it and wants its batch: waiting for them would be a circle, and then it is not over.
        perform from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id for update skip locked;
        continue when not found and exists (select from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id);
        continue when exists (
            select from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id
              and (j.state in (1, 2, 3, 4) or (j.upload is not null and j.touched_at > clock_timestamp() - interval '2 minutes')));
        update bulk_jobs j set upload = null where j.tenant_id = old.tenant_id and j.id = old.id and j.upload is not null;
        -- A row range is a thousand rows.
        deleted := notification_meta.delete_bulk_rows(old.tenant_id, old.id, (batch_size - gone) / 100 + 1);
        gone := gone + 100 * deleted;
        if gone < batch_size then
            delete from batch_chunks where ctid = any (array(select c.ctid from batch_chunks c where c.tenant_id = old.tenant_id and c.batch_id = old.id limit batch_size - gone));
            get diagnostics deleted = row_count;
            gone := gone + deleted;
        end if;
        if gone >= batch_size then
            return gone;
        end if;
        delete from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id;
        delete from batch_changes c where c.tenant_id = old.tenant_id and c.batch_id = old.id;
        delete from batch_counts c where c.tenant_id = old.tenant_id and c.batch_id = old.id;
        delete from batches b where b.tenant_id = old.tenant_id and b.id = old.id;
        gone := gone + 1;
    end loop;
    return gone;
end $$;

revoke all on function notification_meta.clear_bulk_rows(int), notification_meta.delete_bulk_rows(uuid, uuid, int), notification_meta.purge_batches(timestamptz, int) from public;
grant execute on function notification_meta.clear_bulk_rows(int), notification_meta.purge_batches(timestamptz, int) to notification_worker;
