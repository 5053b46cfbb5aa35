-- Whether a live account sent a notification. :tenant, :id. Relies on the primary key, which also picks the partition.
select live from notifications where id = :id and tenant_id = :tenant
