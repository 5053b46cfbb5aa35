-- Removes replays that have been over since before :before; says how many. At most :max.
select notification_meta.purge_webhook_replays(:before, :max) as removed
