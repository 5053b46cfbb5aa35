-- Removes messages that have been over since before :before, and their attempts; says how many. At most :max.
select notification_meta.purge_webhook_messages(:before, :max) as removed
