-- What stands once for all items of a batch. :tenant, :id
select shared from batches where tenant_id = :tenant and id = :id
