-- Bad rows in the order of the file. $1 tenant, $2 job, $3 after this line, $4 most
select e.line, e.col, e.code, e.message, s.cells -> e.index
from (select * from bulk_errors where tenant_id = $1 and job_id = $2 and line > $3 and mended_by is null order by line limit $4) e
join bulk_slices s on s.tenant_id = $1 and s.job_id = $2 and s.number = e.number
order by e.line
