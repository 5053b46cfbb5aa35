-- Removes used tickets that nobody would take any more; says how many. At most :max.
select notification_meta.forget_stream_tickets(:max) as removed
