-- While a table has no statistics two indexes that begin with the same columns cost the planner the same, and it takes either. So there is one for each question.

-- What is asked by line is what nobody has corrected yet. What is asked by row range cannot use it: it found the errors of a row range by reading all of the job's.
drop index bulk_errors_line;
create index bulk_errors_line on bulk_errors (tenant_id, job_id, line) where corrected_by is null;

-- As before (0015), and by indexes: a tenant's id that was made a text was looked for in every row.
create or replace function notification_meta.tenant_named(wanted text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select tenant_id from tenants where key = wanted
    union all
    select tenant_id from tenants where tenant_id = case when wanted ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then wanted::uuid end
$$;
