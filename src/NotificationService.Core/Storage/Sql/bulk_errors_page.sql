-- Bad rows, in the order in which they were staged. $1 tenant, $2 job, $3 row range and $4 index after which to go on, $5 most
select e.number, e.index, e.line, e.col, e.code, e.message from bulk_errors e
where e.tenant_id = $1 and e.job_id = $2 and (e.number, e.index) > ($3, $4) and e.corrected_by is null
  and e.number < (select j.row_ranges from bulk_jobs j where j.tenant_id = $1 and j.id = $2)
order by e.number, e.index limit $5
