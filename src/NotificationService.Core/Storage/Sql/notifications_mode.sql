-- Whether a live account sent a notification. $1 tenant, $2 id. Relies on the primary key, which also picks the partition.
select live from notifications where id = $2 and tenant_id = $1
