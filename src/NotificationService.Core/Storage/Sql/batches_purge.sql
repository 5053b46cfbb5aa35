-- Removes batches from before :before; says how many. At most :max.
select notification_meta.purge_batches(:before, :max) as removed
