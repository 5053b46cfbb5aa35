-- Bad rows, in the order in which they were staged. :tenant, :job, :after_range row range and :after_index index after which to go on, :max
select e.number, e.index, e.line, e.col, e.code, e.message from bulk_errors e
where e.tenant_id = :tenant and e.job_id = :job and (e.number, e.index) > (:after_range, :after_index) and e.corrected_by is null
  and e.number < (select j.row_ranges from bulk_jobs j where j.tenant_id = :tenant and j.id = :job)
order by e.number, e.index limit :max
