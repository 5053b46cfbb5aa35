-- The chunk that came with a sequence. :tenant, :batch, :sequence
select fingerprint, first_id, items, response from batch_chunks where tenant_id = :tenant and batch_id = :batch and sequence = :sequence
