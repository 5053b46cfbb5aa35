-- Stages rows as they came. Its commit is what the answer to the upload stands on. Nothing is written once the job was given up, or another
-- upload of its corrected rows has begun: then no row is answered.
-- $1 tenant, $2 job, $3 number, $4 first id, $5 rows before it, $6 lines, $7 rows; per row that is bad as it came: $8 line, $9 index, $10 column, $11 code, $12 message
-- $13 the upload of corrected rows, or null for a new job
with job as (
    update bulk_jobs
    set touched_at = clock_timestamp(), rows_bad = rows_bad + case when $13::uuid is null then cardinality($8::int[]) else 0 end,
        rows_bad_coming = rows_bad_coming + case when $13::uuid is null then 0 else cardinality($8::int[]) end
    where tenant_id = $1 and id = $2 and ((state = {job.uploading} and $13::uuid is null) or upload = $13)
    returning id
),
bad as (
    insert into bulk_errors (tenant_id, job_id, line, number, index, col, code, message)
    select $1, job.id, e.line, $3, e.index, e.col, e.code, e.message from job, unnest($8::int[], $9::int[], $10::text[], $11::text[], $12::text[]) as e(line, index, col, code, message)
)
insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells) select $1, job.id, $3, $4, $5, $6, $7::json from job
returning number
