-- :id, :tenant, :digest
insert into tenant_erasures (id, subject, digest, requested_at) values (:id, :tenant, :digest, clock_timestamp())
