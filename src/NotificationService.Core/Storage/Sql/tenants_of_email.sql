-- The tenants in which an address is a user's, of one key or of any, at most five. Asked before a tenant is known.
select tenant_id from notification_meta.tenants_of_email(:email, :tenant_key) as found(tenant_id)
