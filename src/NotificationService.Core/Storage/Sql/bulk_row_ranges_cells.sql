-- A row range's rows as they came. :tenant, :job, :number of the row range
select cells from bulk_row_ranges where tenant_id = :tenant and job_id = :job and number = :number
