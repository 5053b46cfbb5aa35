-- How many rows of a job came in all, and where the one stands that has so many before it. $1 tenant, $2 job, $3 rows before it
-- Walks the key (tenant_id, job_id, number) backwards; each row range knows the rows before it, so that no other need be opened.
with last as materialized (
    select s.number, s.first_row + cardinality(s.lines) as total from bulk_row_ranges s
    where s.tenant_id = $1 and s.job_id = $2 and s.number < (select j.row_ranges from bulk_jobs j where j.tenant_id = $1 and j.id = $2)
    order by s.number desc limit 1
)
select coalesce(last.total, 0)::bigint, found.number, ($3 - found.first_row)::int
from (select) one
left join last on true
left join lateral (
    select s.number, s.first_row from bulk_row_ranges s
    where s.tenant_id = $1 and s.job_id = $2 and s.number <= last.number and s.first_row <= $3 and $3 < last.total
    order by s.number desc limit 1) found on true
