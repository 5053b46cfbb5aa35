-- The last row has gone: the tenant's id goes as well. :id, :finished_at, :key_id, :signature
update tenant_erasures set finished_at = :finished_at, subject = null, key_id = :key_id, signature = :signature, worked_until = '-infinity' where id = :id
