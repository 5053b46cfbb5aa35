-- One verification of a tenant's audit log at a time, of all processes. :tenant
select pg_try_advisory_xact_lock(hashtextextended(:tenant, 18)) as is_free
