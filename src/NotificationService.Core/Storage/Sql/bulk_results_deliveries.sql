-- The deliveries of a row range's rows. :tenant, :job, :first_id, :last_id
select d.id, d.status, d.failure_code, d.failure_message from deliveries d
where d.id > :first_id and d.id <= :last_id and d.tenant_id = :tenant and d.batch_id = :job order by d.id
