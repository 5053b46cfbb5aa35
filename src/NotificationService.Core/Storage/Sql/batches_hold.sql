-- Holds a batch open while a chunk is written: whoever completes or cancels it (for update) waits until then, and no chunk comes after them; whoever
-- measures it does not wait.
-- A bulk job's counts are a batch, too, but not one that anybody else adds to or closes. $1 tenant, $2 id
select state, live from batches where tenant_id = $1 and id = $2 and not exists (select from bulk_jobs j where j.tenant_id = $1 and j.id = $2) for key share
