-- The endpoints of some tenants that are enabled, and what they ask for.
select tenant_id, id, events, channels, categories, batches, payload from notification_meta.endpoints_of(:tenants)
