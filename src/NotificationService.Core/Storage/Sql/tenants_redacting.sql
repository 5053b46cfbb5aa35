-- Tenants that keep content for less time than rows.
select tenant_id from notification_meta.redacting_tenants() as redacting(tenant_id)
