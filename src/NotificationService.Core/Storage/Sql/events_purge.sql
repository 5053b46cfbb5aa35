-- Removes events that happened before :before; says how many. At most :max.
select notification_meta.purge_events(:before, :max) as removed
