-- Holds a batch open while a chunk is written: whoever completes or cancels it waits until then, and no chunk comes after them.
-- $1 tenant, $2 id
select state, live from batches where tenant_id = $1 and id = $2 for share
