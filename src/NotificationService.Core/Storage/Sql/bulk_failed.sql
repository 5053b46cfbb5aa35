-- Deliveries of a job that failed and have an address, the oldest first. :tenant, :job, :max
-- Their ids lie between those of the first and the last row range by id: relies on deliveries_ended_badly (tenant_id, status, live, id) where status >= 70.
select d.id from deliveries d
where d.tenant_id = :tenant and d.status = {status.failed} and d.status >= {status.suppressed} and d.live = (select j.live from bulk_jobs j where j.tenant_id = :tenant and j.id = :job) and d.batch_id = :job and d.failure_kind <> {failure.no_address}
  and d.id > (select s.first_id from bulk_row_ranges s where s.tenant_id = :tenant and s.job_id = :job order by s.first_id limit 1)
  and d.id < (select overlay(s.first_id::text placing 'fffff' from 32)::uuid from bulk_row_ranges s where s.tenant_id = :tenant and s.job_id = :job order by s.first_id desc limit 1)
order by d.id limit :max
