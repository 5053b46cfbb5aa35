-- Every row of a row range and what became of it. :tenant, :job, :number of the row range
select s.first_id, s.state, s.lines, s.cells,
    (select json_agg(json_build_object('index', e.index, 'code', e.code, 'message', e.message, 'mended', e.corrected_by is not null))
     from bulk_errors e where e.tenant_id = :tenant and e.job_id = :job and e.number = :number) as errors
from bulk_row_ranges s where s.tenant_id = :tenant and s.job_id = :job and s.number = :number and s.number < (select j.row_ranges from bulk_jobs j where j.tenant_id = :tenant and j.id = :job)
