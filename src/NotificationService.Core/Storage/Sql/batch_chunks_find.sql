-- The chunk that came with a sequence. $1 tenant, $2 batch, $3 sequence
select fingerprint, first_id, items, response from batch_chunks where tenant_id = $1 and batch_id = $2 and sequence = $3
