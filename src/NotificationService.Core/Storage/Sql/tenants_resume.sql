-- Lets a tenant send again. :tenant
update tenant_settings set suspended_at = null, suspended_reason = null, revision = revision + 1, changed_at = clock_timestamp()
where tenant_id = :tenant and suspended_at is not null and closed_at is null
