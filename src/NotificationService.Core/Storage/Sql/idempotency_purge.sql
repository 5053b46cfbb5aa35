-- Removes keys whose time is over; says how many. At most :max.
select notification_meta.purge_idempotency_keys(:max) as removed
