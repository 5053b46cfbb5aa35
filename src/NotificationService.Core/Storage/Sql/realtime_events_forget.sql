-- Removes what was published before :before; says how many. At most :max.
select notification_meta.forget_realtime_events(:before, :max) as removed
