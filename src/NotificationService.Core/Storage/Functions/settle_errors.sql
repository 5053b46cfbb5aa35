-- Marks what was wrong with some lines of a file as settled by the row range in which they came again; says how much it was.
-- Line by line, and each row by its place: asked for all lines at once, a table of which nothing is known is read from the first error of the job, or of the
-- tenant, to the last, for every row range (docs/decisions/0051-what-a-row-range-costs-at-its-end.md).
-- It runs as whoever ends the row range, in that tenant's scope.
create or replace function notification_meta.settle_errors(of_tenant uuid, of_job uuid, by_number int, of_lines int[]) returns int
language plpgsql set search_path = public, pg_temp as $$
declare
    settled int := 0;
    one int;
    place tid;
begin
    foreach one in array of_lines loop
        for place in
            select b.ctid from bulk_errors b
            where b.tenant_id = of_tenant and b.job_id = of_job and b.line = one and b.number < by_number and b.corrected_by is null
        loop
            update bulk_errors e set corrected_by = by_number where e.ctid = place;
            settled := settled + 1;
        end loop;
    end loop;
    return settled;
end $$;

revoke all on function notification_meta.settle_errors(uuid, uuid, int, int[]) from public;
grant execute on function notification_meta.settle_errors(uuid, uuid, int, int[]) to notification_app;
