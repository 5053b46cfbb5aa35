-- Removes suppressions that have expired; says how many. At most :max.
select notification_meta.purge_suppressions(:max) as removed
