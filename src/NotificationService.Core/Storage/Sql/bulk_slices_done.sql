-- What a slice came to, in the transaction of its notifications: nothing is done twice, and nothing of it if the job was paused or cancelled meanwhile.
-- $1 tenant, $2 job, $3 number, $4 the job's state, which must still be so, $5 queued, $6 repeated, $7 segments of text messages, $8 samples or null
-- per bad row: $9 line, $10 index, $11 column, $12 code, $13 message; $14 the lines of rows that came again
with job as (
    update bulk_jobs j
    set rows_done = j.rows_done + (select cardinality(s.lines) from bulk_slices s where s.tenant_id = $1 and s.job_id = $2 and s.number = $3),
        rows_queued = j.rows_queued + $5, rows_repeated = j.rows_repeated + $6, sms_segments = j.sms_segments + $7,
        samples = case when $8::json is null then j.samples else (coalesce(j.samples::jsonb, '[]') || $8::jsonb)::json end
    where j.tenant_id = $1 and j.id = $2 and j.state = $4
    returning j.id
),
slice as (
    update bulk_slices s set state = case when $4 = 3 then 2 else 1 end from job where s.tenant_id = $1 and s.job_id = $2 and s.number = $3
),
bad as (
    insert into bulk_errors (tenant_id, job_id, line, number, index, col, code, message)
    select $1, $2, e.line, $3, e.index, e.col, e.code, e.message
    from unnest($9::int[], $10::int[], $11::text[], $12::text[], $13::text[]) as e(line, index, col, code, message), job
),
mended as (
    update bulk_errors e set mended_by = $3 from job
    where e.tenant_id = $1 and e.job_id = $2 and e.line = any ($14::int[]) and e.number < $3 and e.mended_by is null
)
select id from job
