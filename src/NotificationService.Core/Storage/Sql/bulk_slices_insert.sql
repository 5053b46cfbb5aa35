-- Stages rows as they came. Its commit is what the answer to the upload stands on.
-- $1 tenant, $2 job, $3 number, $4 first id, $5 rows before it, $6 lines, $7 rows; per row that is bad as it came: $8 line, $9 index, $10 column, $11 code, $12 message
with touched as (update bulk_jobs set touched_at = clock_timestamp() where tenant_id = $1 and id = $2),
bad as (
    insert into bulk_errors (tenant_id, job_id, line, number, index, col, code, message)
    select $1, $2, e.line, $3, e.index, e.col, e.code, e.message from unnest($8::int[], $9::int[], $10::text[], $11::text[], $12::text[]) as e(line, index, col, code, message)
    on conflict (tenant_id, job_id, line) do update set number = excluded.number, index = excluded.index, col = excluded.col, code = excluded.code, message = excluded.message
)
insert into bulk_slices (tenant_id, job_id, number, first_id, first_row, lines, cells) values ($1, $2, $3, $4, $5, $6, $7::json)
