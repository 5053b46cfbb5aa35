-- Begins a job whose file is being uploaded, and the batch that counts for it.
-- $1 tenant, $2 id, $3 account, $4 live, $5 name, $6 columns, $7 delimiter, $8 encoding, $9 now
with batch as (
    insert into batches (tenant_id, id, account_id, live, reference, created_at, is_job) values ($1, $2, $3, $4, $5, $9, true)
)
insert into bulk_jobs (tenant_id, id, account_id, live, name, state, mode, dry_run, settings, columns, map, delimiter, encoding, created_at)
values ($1, $2, $3, $4, $5, 1, 1, false, '{}', $6::json, '[]', $7, $8, $9)
