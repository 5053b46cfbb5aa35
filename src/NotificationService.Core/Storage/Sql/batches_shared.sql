-- What stands once for all items of a batch. $1 tenant, $2 id
select shared from batches where tenant_id = $1 and id = $2
