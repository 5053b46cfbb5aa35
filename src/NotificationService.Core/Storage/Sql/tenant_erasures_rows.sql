-- :erasure, :table, :max
select notification_meta.erase_tenant_rows(:erasure, :table, :max) as gone
