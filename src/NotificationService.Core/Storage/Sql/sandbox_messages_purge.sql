-- Removes what the sandbox was given before :before; says how many. At most :max.
select notification_meta.purge_sandbox_messages(:before, :max) as removed
