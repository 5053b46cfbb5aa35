-- Tenants that may not send now, at most :max.
select tenant_id from notification_meta.suspended_tenants(:max) as suspended(tenant_id)
