-- Removes one-time tokens that expired more than an hour ago; says how many. At most :max.
select notification_meta.purge_one_time_tokens(:max) as removed
