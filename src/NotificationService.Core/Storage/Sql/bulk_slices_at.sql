-- How many rows of a job came in all, and where the one stands that has so many before it. $1 tenant, $2 job, $3 rows before it
with slices as (
    select s.number, cardinality(s.lines) as rows, sum(cardinality(s.lines)) over (order by s.number) as with_it
    from bulk_slices s
    where s.tenant_id = $1 and s.job_id = $2 and s.number < (select j.slices from bulk_jobs j where j.tenant_id = $1 and j.id = $2)
)
select coalesce((select max(with_it) from slices), 0)::bigint, found.number, ($3 - (found.with_it - found.rows))::int
from (select) one left join (select * from slices where with_it > $3 order by number limit 1) found on true
