-- :erasure
select notification_meta.erase_tenant_counters(:erasure) as gone
