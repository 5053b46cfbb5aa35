-- The deliveries of a row range's rows. $1 tenant, $2 job, $3 first id, $4 last id
select d.id, d.status, d.failure_code, d.failure_message from deliveries d
where d.id > $3 and d.id <= $4 and d.tenant_id = $1 and d.batch_id = $2 order by d.id
