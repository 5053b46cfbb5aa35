-- Of these tenants those of whom an administrator is connected. :tenants
select tenant_id from notification_meta.tenants_watched(:tenants)
