-- Stages rows as they came. Its commit is what the answer to the upload stands on. Nothing is written once the job was given up, or another
-- upload of its corrected rows has begun: then no row is answered.
-- :tenant, :job, :number, :first_id, :first_row rows before it, :lines, :cells rows; per row that is bad as it came: :error_lines, :error_indexes, :error_columns, :error_codes, :error_messages
-- :upload the upload of corrected rows, or null for a new job
with job as (
    update bulk_jobs
    set touched_at = clock_timestamp(), rows_bad = rows_bad + case when :upload::uuid is null then cardinality(:error_lines::int[]) else 0 end,
        rows_bad_coming = rows_bad_coming + case when :upload::uuid is null then 0 else cardinality(:error_lines::int[]) end
    where tenant_id = :tenant and id = :job and ((state = {job.uploading} and :upload::uuid is null) or upload = :upload)
    returning id
),
bad as (
    insert into bulk_errors (tenant_id, job_id, line, number, index, col, code, message)
    select :tenant, job.id, e.line, :number, e.index, e.col, e.code, e.message from job, unnest(:error_lines::int[], :error_indexes::int[], :error_columns::text[], :error_codes::text[], :error_messages::text[]) as e(line, index, col, code, message)
)
insert into bulk_row_ranges (tenant_id, job_id, number, first_id, first_row, lines, cells, corrects) select :tenant, job.id, :number, :first_id, :first_row, :lines, :cells::json, :upload::uuid is not null from job
returning number
