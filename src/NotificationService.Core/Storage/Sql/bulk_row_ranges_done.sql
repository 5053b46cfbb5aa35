-- What a row range came to, in the transaction of its notifications and with its job held (bulk_jobs_hold): nothing is done twice.
-- $1 tenant, $2 job, $3 number, $4 the job's state, $5 queued, $6 repeated, $7 segments of text messages, $8 samples or null
-- per bad row: $9 line, $10 index, $11 column, $12 code, $13 message; $14 the lines of rows that came again; $15 the id of its first row; $16 the most samples
with corrected as (
    update bulk_errors e set corrected_by = $3
    where e.tenant_id = $1 and e.job_id = $2 and e.line = any ($14::int[]) and e.number < $3 and e.corrected_by is null
    returning 1
),
bad as (
    insert into bulk_errors (tenant_id, job_id, line, number, index, col, code, message)
    select $1, $2, e.line, $3, e.index, e.col, e.code, e.message
    from unnest($9::int[], $10::int[], $11::text[], $12::text[], $13::text[]) as e(line, index, col, code, message)
),
row_range as (
    update bulk_row_ranges s set state = case when $4 = {job.running} then {range.queued} else {range.checked} end, first_id = $15, tries = 0, retry_at = null
    where s.tenant_id = $1 and s.job_id = $2 and s.number = $3
)
update bulk_jobs j
set rows_done = j.rows_done + (select cardinality(s.lines) from bulk_row_ranges s where s.tenant_id = $1 and s.job_id = $2 and s.number = $3),
    rows_queued = j.rows_queued + $5, rows_repeated = j.rows_repeated + $6, sms_segments = j.sms_segments + $7,
    rows_bad = j.rows_bad + cardinality($9::int[]) - (select count(*)::int from corrected),
    samples = case when $8::json is null then j.samples else (
        -- Of the first lines, whichever row range ends first.
        select json_agg(one.sample order by one.line, one.place) from (
            select e.sample, e.place, (e.sample->>'line')::int as line
            from jsonb_array_elements(coalesce(j.samples::jsonb, '[]') || $8::jsonb) with ordinality as e(sample, place) order by 3, 2 limit $16) one) end
where j.tenant_id = $1 and j.id = $2 and j.state = $4
