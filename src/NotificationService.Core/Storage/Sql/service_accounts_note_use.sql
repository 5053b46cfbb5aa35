-- When a service account was last used, to the minute. Index: the primary key.
-- Race: several nodes write the same accounts, each in the order of their ids; whoever comes second finds that it was written.
-- :tenant, :id, :now
update service_accounts set last_used_at = :now
where tenant_id = :tenant and id = :id and (last_used_at is null or last_used_at < :now::timestamptz - interval '1 minute')
