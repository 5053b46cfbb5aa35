-- Whether a live account opened a batch. $1 tenant, $2 id. Relies on the primary key.
select live from batches where tenant_id = $1 and id = $2
