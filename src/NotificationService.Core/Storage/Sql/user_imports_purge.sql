-- Removes old files of people; says how many. At most :max.
select notification_meta.purge_user_imports(:max) as removed
