-- How many rows of a job came in all, and where the one stands that has so many before it. :tenant, :job, :rows_before it
-- Walks the key (tenant_id, job_id, number) backwards; each row range knows the rows before it, so that no other need be opened.
with last as materialized (
    select s.number, s.first_row + cardinality(s.lines) as total from bulk_row_ranges s
    where s.tenant_id = :tenant and s.job_id = :job and s.number < (select j.row_ranges from bulk_jobs j where j.tenant_id = :tenant and j.id = :job)
    order by s.number desc limit 1
)
select coalesce(last.total, 0)::bigint as total, found.number, (:rows_before - found.first_row)::int as index
from (select) one
left join last on true
left join lateral (
    select s.number, s.first_row from bulk_row_ranges s
    where s.tenant_id = :tenant and s.job_id = :job and s.number <= last.number and s.first_row <= :rows_before and :rows_before < last.total
    order by s.number desc limit 1) found on true
