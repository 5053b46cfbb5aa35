-- The tenant of that key or id; null for none.
select notification_meta.tenant_named(:key) as tenant_id
