-- Holds a job for what one of its row ranges came to. No row: it was paused, cancelled or has failed meanwhile, and nothing of the row range may be written.
-- Two row ranges of a job end one after the other; what is counted after this sees what the other one counted. :tenant, :job, :state the job's state, which must still be so
select id from bulk_jobs where tenant_id = :tenant and id = :job and state = :state for no key update
