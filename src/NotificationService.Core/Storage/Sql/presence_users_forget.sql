-- Forgets who was last connected too long ago, and processes that nobody is left of; says how many people. At most :max.
select notification_meta.forget_presence(:max) as removed
