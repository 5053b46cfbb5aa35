-- Marks the batch that counts for a file: lists of batches leave it out. As a trigger, so that whoever adds a job need not know.
create or replace function notification_meta.mark_job_batch() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    update batches b set is_job = true where b.tenant_id = new.tenant_id and b.id = new.id and not b.is_job;
    return null;
end $$;

revoke all on function notification_meta.mark_job_batch() from public;
