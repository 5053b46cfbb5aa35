-- Removes cancellings that ended before :before; says how many. At most :max.
select notification_meta.purge_notification_cancels(:before, :max) as removed
