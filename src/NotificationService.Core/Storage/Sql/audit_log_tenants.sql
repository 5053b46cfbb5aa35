-- The tenants whose audit log may be verified, ascending: for the command that verifies all. :after the last one seen, :max
select tenant_id from notification_meta.audited_tenants(:after, :max) as tenant_id
