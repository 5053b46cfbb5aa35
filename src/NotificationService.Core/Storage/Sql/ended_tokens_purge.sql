-- Removes what no token is about any more; says how many. At most :max.
select notification_meta.purge_ended_tokens(:max) as removed
