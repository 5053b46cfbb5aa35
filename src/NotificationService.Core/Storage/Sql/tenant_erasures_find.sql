-- The receipt, for whoever knows its id. :id
select requested_at, finished_at, digest, counts::text as counts, key_id, signature from tenant_erasures where id = :id
