-- The tenant whose service account has that client id; null for none. Asked before a tenant is known.
select notification_meta.tenant_of_client(:client) as tenant_id
