-- Removes sign-ins that have ended or expired; says how many. At most :max.
select notification_meta.purge_refresh_tokens(:max) as removed
