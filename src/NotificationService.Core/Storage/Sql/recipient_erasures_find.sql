-- The receipt. :tenant, :id
select live, digest, requested_at, finished_at, counts::text as counts, key_id, signature from recipient_erasures where tenant_id = :tenant and id = :id
