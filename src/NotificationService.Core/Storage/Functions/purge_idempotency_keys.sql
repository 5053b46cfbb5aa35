-- Removes keys that are not kept any longer, in batches.
create or replace function notification_meta.purge_idempotency_keys(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from idempotency_keys where (tenant_id, key_hash) in (
            select tenant_id, key_hash from idempotency_keys where expires_at < now() limit batch_size)
        returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_idempotency_keys(int) from public;
grant execute on function notification_meta.purge_idempotency_keys(int) to notification_worker;
