-- Publishes events to administrators, in the order given. Per event: :tenants, :ids, :types, :data
select notification_meta.publish_to_admins(:tenants, :ids, :types, :data)
