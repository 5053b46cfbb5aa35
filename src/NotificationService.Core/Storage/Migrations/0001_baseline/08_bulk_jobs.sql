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
    served_at        timestamptz,       -- the job that waited longest is next; null until its first turn: a new job must not set its tenant back
    touched_at       timestamptz not null default now(), -- an upload that stopped is given up
    created_at       timestamptz not null,
    ended_at         timestamptz,
    published_at     timestamptz,       -- its progress, once a second at most
    -- Bad rows of the corrected ones that are being uploaded: they are the job's once all of them are there. Those before are counted in rows_bad.
    rows_bad_coming  int not null default 0,
    rows_gone        boolean not null default false, -- nothing is left of its rows
    primary key (tenant_id, id)
);
create index bulk_jobs_working on bulk_jobs (served_at) where state in (1, 2, 3);
-- With a condition that only the list's statement states: never taken for a look-up by key.
create index bulk_jobs_newest on bulk_jobs (tenant_id, live, id) where live is not null;
create index bulk_jobs_by_state on bulk_jobs (tenant_id, live, state, id) where live is not null;
create index bulk_jobs_hash on bulk_jobs (tenant_id, file_hash) where file_hash is not null;
-- What clear_bulk_rows looks for.
create index bulk_jobs_refused on bulk_jobs (ended_at) where state = 6 and reason in ('upload_incomplete', 'upload_refused') and not rows_gone;
create index bulk_jobs_rows on bulk_jobs (ended_at) where state in (5, 6, 7, 8) and not rows_gone;
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
    tries      smallint not null default 0, -- one that could not be worked is tried again later, and not for ever
    retry_at   timestamptz,
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
-- What is asked by line is what nobody has corrected yet. What is asked by row range cannot use it: it would find the errors of a row range by reading
-- all of the job's.
create index bulk_errors_line on bulk_errors (tenant_id, job_id, line) where corrected_by is null;
select notification_meta.protect_tenant_table('bulk_errors', 'select, insert, update, delete', 'select');

do $$ begin
    execute format('create policy owner_serves_jobs on bulk_jobs to %I using (true) with check (true)', current_user);
    execute format('create policy owner_clears_row_ranges on bulk_row_ranges to %I using (true) with check (true)', current_user);
    execute format('create policy owner_clears_errors on bulk_errors to %I using (true) with check (true)', current_user);
end $$;
