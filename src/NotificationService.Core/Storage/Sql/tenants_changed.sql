-- Tenants whose settings changed :within, of every tenant; at most :max.
select tenant_id, revision from notification_meta.tenants_changed(:within, :max)
