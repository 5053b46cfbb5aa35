-- Whether a live account opened a batch. :tenant, :id. Relies on the primary key.
select live from batches where tenant_id = :tenant and id = :id
