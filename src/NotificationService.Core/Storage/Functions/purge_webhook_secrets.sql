-- Removes signing secrets in batches that were replaced and whose last day of signing is over.
create or replace function notification_meta.purge_webhook_secrets(batch_size int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with old as materialized (
        select tenant_id, endpoint_id, field from webhook_secrets where retires_at < now() order by retires_at limit batch_size for update skip locked),
    gone as (delete from webhook_secrets s using old where s.tenant_id = old.tenant_id and s.endpoint_id = old.endpoint_id and s.field = old.field returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.purge_webhook_secrets(int) from public;
grant execute on function notification_meta.purge_webhook_secrets(int) to notification_worker;
