-- Removes the traces of what was deleted long ago; says how many. At most :max.
select notification_meta.forget_inbox_items(:max) as removed
