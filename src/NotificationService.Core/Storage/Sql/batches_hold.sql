-- Holds a batch open while a chunk is written: whoever completes or cancels it (for update) waits until then, and no chunk comes after them; whoever
-- measures it does not wait.
-- A bulk job's counts are a batch, too, and so are those of what goes to topics, but not ones that anybody else adds to. :tenant, :id
select state, live from batches where tenant_id = :tenant and id = :id and not exists (select from bulk_jobs j where j.tenant_id = :tenant and j.id = :id) and not exists (select from topic_sends t where t.tenant_id = :tenant and t.id = :id) for key share
