-- A page of all tenants, the newest first. :before_id, :key, :suspended, :search: null for any; :max
select tenant_id, key, name, created_at, suspended_at, suspended_reason from notification_meta.list_tenants(:before_id, :key, :suspended, :search, :max)
