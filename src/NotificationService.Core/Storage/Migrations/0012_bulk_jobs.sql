-- A CSV file that becomes notifications. Its counts are those of the batch with the same id.
create table bulk_jobs (
    tenant_id        uuid not null,
    id               uuid not null,
    account_id       uuid not null,
    live             boolean not null,
    name             text,
    state            smallint not null, -- 1 uploading, 2 checking, 3 running, 4 paused, 5 done, 6 failed, 7 cancelled, 8 checked (a dry run)
    resume_to        smallint,          -- what a paused job goes on with
    reason           text,              -- why it failed: a code
    reason_message   text,
    mode             smallint not null, -- 1 skip bad rows, 2 all or nothing
    dry_run          boolean not null,
    settings         json not null,     -- template, channels, category, priority, send at, rows a minute
    columns          json not null,     -- the headers as they came
    map              json not null,     -- what each column is
    delimiter        char(1) not null,
    encoding         text not null,
    file_hash        bytea,
    file_bytes       bigint,
    row_ranges       int not null default 0, -- those that count; more are there while corrected rows are being uploaded
    upload           uuid,              -- the upload of corrected rows that goes on

    rows_total       int not null default 0,
    rows_done        int not null default 0, -- checked or queued, in the present pass
    rows_queued      int not null default 0,
    rows_bad         int not null default 0,
    rows_repeated    int not null default 0,
    sms_segments     bigint not null default 0,
    samples          json,              -- of a dry run
    starts_at        timestamptz,       -- from when on rows are due, where they are paced
    served_at        timestamptz not null default now(), -- the job that waited longest is next
    touched_at       timestamptz not null default now(), -- an upload that stopped is given up
    created_at       timestamptz not null,
    ended_at         timestamptz,
    primary key (tenant_id, id)
);
create index bulk_jobs_working on bulk_jobs (served_at) where state in (1, 2, 3);
create index bulk_jobs_listed on bulk_jobs (tenant_id, id);
create index bulk_jobs_hash on bulk_jobs (tenant_id, file_hash) where file_hash is not null;
select notification_meta.protect_tenant_table('bulk_jobs', 'select, insert, update', 'select');

-- A thousand lines or so as they came, in one row: staged before the upload is answered. A line's notification has the row range's first
-- id and the line's index, so that a line becomes one notification whatever happens.
create table bulk_row_ranges (
    tenant_id  uuid not null,
    job_id     uuid not null,
    number     int not null,            -- from 0, in the order of the file
    first_id   uuid not null,
    first_row  int not null,            -- rows before it, which paces it
    lines      int[] not null,          -- the physical line of each row; header is 1
    cells      json not null,           -- the rows: an array of arrays of texts
    state      smallint not null default 0, -- 0 staged, 1 checked, 2 queued
    primary key (tenant_id, job_id, number)
);
create index bulk_row_ranges_open on bulk_row_ranges (tenant_id, job_id, state, number) where state < 2;
select notification_meta.protect_tenant_table('bulk_row_ranges', 'select, insert, update, delete', 'select');

-- What is wrong with a row.
create table bulk_errors (
    tenant_id uuid not null,
    job_id    uuid not null,
    line      int not null,
    number    int not null,             -- of the row range
    index     int not null,             -- in the row range
    col       text,
    code      text not null,
    message   text not null,
    corrected_by int,                      -- the row range in which the row came again; if it is bad again, that stands there
    primary key (tenant_id, job_id, number, index)
);
create index bulk_errors_line on bulk_errors (tenant_id, job_id, line);
select notification_meta.protect_tenant_table('bulk_errors', 'select, insert, update, delete', 'select');

-- Nothing of a batch that is held goes out: what is claimed of it is put off until somebody goes on with it.
alter table batches add column held boolean not null default false, add column resumed_at timestamptz;

do $$ begin
    execute format('create policy owner_serves_jobs on bulk_jobs to %I using (true) with check (true)', current_user);
    execute format('create policy owner_clears_row_ranges on bulk_row_ranges to %I using (true) with check (true)', current_user);
    execute format('create policy owner_clears_errors on bulk_errors to %I using (true) with check (true)', current_user);
end $$;

-- The job that has waited longest for a turn, of whichever tenant; so that no big one keeps a small one waiting.
create function notification_meta.next_bulk_job() returns table (tenant uuid, job uuid)
language sql security definer set search_path = public, pg_temp as $$
    update bulk_jobs j set served_at = clock_timestamp()
    from (select b.tenant_id, b.id from bulk_jobs b where b.state in (2, 3) order by b.served_at limit 1 for update skip locked) next
    where j.tenant_id = next.tenant_id and j.id = next.id
    returning j.tenant_id, j.id
$$;

-- Uploads whose process is gone: nothing of them was sent, and their rows are of no use.
create function notification_meta.give_up_uploads() returns int
language sql security definer set search_path = public, pg_temp as $$
    with stale as (
        update bulk_jobs j set state = 6, reason = 'upload_incomplete', reason_message = 'the upload ended half-way; nothing was sent: upload the file again', ended_at = clock_timestamp()
        where j.state = 1 and j.touched_at < clock_timestamp() - interval '2 minutes'
        returning j.tenant_id, j.id),
    cleared as (delete from bulk_row_ranges s using stale where s.tenant_id = stale.tenant_id and s.job_id = stale.id),
    errors as (delete from bulk_errors e using stale where e.tenant_id = stale.tenant_id and e.job_id = stale.id)
    select count(*)::int from stale
$$;

revoke all on function notification_meta.next_bulk_job(), notification_meta.give_up_uploads() from public;
grant execute on function notification_meta.next_bulk_job(), notification_meta.give_up_uploads() to notification_worker;

-- Batches of which something may still stand where it was put off while they were held: the worker that put it off may have begun before.
create function notification_meta.resumed_batches() returns table (tenant uuid, batch uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select b.tenant_id, b.id from batches b where b.resumed_at > clock_timestamp() - interval '10 minutes' and not b.held
$$;
create index batches_resumed on batches (resumed_at) where resumed_at is not null;
revoke all on function notification_meta.resumed_batches() from public;
grant execute on function notification_meta.resumed_batches() to notification_worker;

-- Whether nothing of a batch may be begun now. Asked for deliveries of whichever tenants, just before they are called for.
create function notification_meta.is_batch_stopped(tenant uuid, batch uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from batches b where b.tenant_id = tenant and b.id = batch and (b.held or b.state = 3))
$$;

-- What a file's rows held is kept for thirty days after its job has ended: for errors.csv and results.csv.
create index bulk_jobs_ended on bulk_jobs (ended_at) where ended_at is not null and row_ranges > 0;
create function notification_meta.purge_bulk_rows(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select s.tenant_id, s.job_id, s.number from bulk_jobs j join bulk_row_ranges s on s.tenant_id = j.tenant_id and s.job_id = j.id
        where j.ended_at < now() - interval '30 days' and j.row_ranges > 0 and j.state in (5, 6, 7, 8) limit batch_size / 100 + 1),
    gone as (delete from bulk_row_ranges s using old where s.tenant_id = old.tenant_id and s.job_id = old.job_id and s.number = old.number),
    errors as (delete from bulk_errors e using old where e.tenant_id = old.tenant_id and e.job_id = old.job_id and e.number = old.number)
    select count(*)::int from old
$$;

revoke all on function notification_meta.is_batch_stopped(uuid, uuid), notification_meta.purge_bulk_rows(int) from public;
grant execute on function notification_meta.is_batch_stopped(uuid, uuid), notification_meta.purge_bulk_rows(int) to notification_worker;
