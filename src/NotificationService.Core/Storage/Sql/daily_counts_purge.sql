-- Removes counts of days that have ended everywhere; says how many. At most :max.
select notification_meta.purge_daily_counts(:max) as removed
