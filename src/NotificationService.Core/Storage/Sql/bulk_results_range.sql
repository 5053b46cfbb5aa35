-- Every row of a row range and what became of it. $1 tenant, $2 job, $3 row range
select s.first_id, s.state, s.lines, s.cells,
    (select json_agg(json_build_object('index', e.index, 'code', e.code, 'message', e.message, 'mended', e.corrected_by is not null))
     from bulk_errors e where e.tenant_id = $1 and e.job_id = $2 and e.number = $3) as errors
from bulk_row_ranges s where s.tenant_id = $1 and s.job_id = $2 and s.number = $3 and s.number < (select j.row_ranges from bulk_jobs j where j.tenant_id = $1 and j.id = $2)
