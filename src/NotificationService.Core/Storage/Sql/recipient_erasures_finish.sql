-- The last trace has gone: the person goes from here as well. Nothing happens if it was asked for once more meanwhile. :tenant, :id, :finished_at, :key_id, :signature
update recipient_erasures set finished_at = :finished_at, user_id = null, addresses = null, key_id = :key_id, signature = :signature
where tenant_id = :tenant and id = :id and phase = 8 and signature is null
returning id as finished_id
