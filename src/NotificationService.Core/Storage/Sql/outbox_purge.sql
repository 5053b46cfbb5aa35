-- Removes events that were dead-lettered before :before; says how many. At most :max.
select notification_meta.purge_outbox_dead_letters(:before, :max) as removed
