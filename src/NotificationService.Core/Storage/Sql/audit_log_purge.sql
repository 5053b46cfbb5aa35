-- Removes entries of the audit log from before :before; says how many. At most :max.
select notification_meta.purge_audit_log(:before, :max) as removed
