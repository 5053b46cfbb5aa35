-- Begins a job whose file is being uploaded, and the batch that counts for it.
-- :tenant, :id, :account, :live, :name, :columns, :delimiter, :encoding, :now
with batch as (
    insert into batches (tenant_id, id, account_id, live, reference, created_at, is_job) values (:tenant, :id, :account, :live, :name, :now, true)
)
insert into bulk_jobs (tenant_id, id, account_id, live, name, state, mode, dry_run, settings, columns, map, delimiter, encoding, created_at)
values (:tenant, :id, :account, :live, :name, 1, 1, false, '{}', :columns::json, '[]', :delimiter, :encoding, :now)
