-- Deletes so many row ranges of a job, and what was said of their rows.
create or replace function notification_meta.delete_bulk_rows(tenant uuid, job uuid, max_count int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare numbers int[];
begin
    select array_agg(picked.number) into numbers from (
        select s.number from bulk_row_ranges s where s.tenant_id = tenant and s.job_id = job limit max_count) picked;
    delete from bulk_errors e where e.tenant_id = tenant and e.job_id = job and e.number = any (numbers);
    delete from bulk_row_ranges s where s.tenant_id = tenant and s.job_id = job and s.number = any (numbers);
    return coalesce(cardinality(numbers), 0);
end $$;

revoke all on function notification_meta.delete_bulk_rows(uuid, uuid, int) from public;
