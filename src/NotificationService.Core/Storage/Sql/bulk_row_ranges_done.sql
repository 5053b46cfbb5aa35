-- What a row range came to, in the transaction of its notifications and with its job held (bulk_jobs_hold): nothing is done twice.
-- :tenant, :job, :number, :state the job's state, :queued, :repeated, :segments of text messages, :samples or null
-- per bad row: :error_lines, :error_indexes, :error_columns, :error_codes, :error_messages; :lines the lines of rows that came again, corrected; :first_id the id of its first row; :max_samples
with corrected as (
    select notification_meta.settle_errors(:tenant, :job, :number, :lines) as count
),
bad as (
    insert into bulk_errors (tenant_id, job_id, line, number, index, col, code, message)
    select :tenant, :job, e.line, :number, e.index, e.col, e.code, e.message
    from unnest(:error_lines::int[], :error_indexes::int[], :error_columns::text[], :error_codes::text[], :error_messages::text[]) as e(line, index, col, code, message)
),
row_range as (
    update bulk_row_ranges s set state = case when :state = {job.running} then {range.queued} else {range.checked} end, first_id = :first_id, tries = 0, retry_at = null
    where s.tenant_id = :tenant and s.job_id = :job and s.number = :number
)
update bulk_jobs j
set rows_done = j.rows_done + (select cardinality(s.lines) from bulk_row_ranges s where s.tenant_id = :tenant and s.job_id = :job and s.number = :number),
    rows_queued = j.rows_queued + :queued, rows_repeated = j.rows_repeated + :repeated, sms_segments = j.sms_segments + :segments,
    rows_bad = j.rows_bad + cardinality(:error_lines::int[]) - (select count from corrected),
    samples = case when :samples::json is null then j.samples else (
        -- Of the first lines, whichever row range ends first.
        select json_agg(one.sample order by one.line, one.place) from (
            select e.sample, e.place, (e.sample->>'line')::int as line
            from jsonb_array_elements(coalesce(j.samples::jsonb, '[]') || :samples::jsonb) with ordinality as e(sample, place) order by 3, 2 limit :max_samples) one) end
where j.tenant_id = :tenant and j.id = :job and j.state = :state
