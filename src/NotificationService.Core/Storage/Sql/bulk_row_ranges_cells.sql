-- A row range's rows as they came. $1 tenant, $2 job, $3 row range
select cells from bulk_row_ranges where tenant_id = $1 and job_id = $2 and number = $3
