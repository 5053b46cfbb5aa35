-- Whether nothing of a batch may be begun now. Asked for deliveries of whichever tenants, just before they are called for.
create or replace function notification_meta.is_batch_stopped(tenant uuid, batch uuid) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from batches b where b.tenant_id = tenant and b.id = batch and (b.held or b.state = {batch.cancelled}))
$$;

revoke all on function notification_meta.is_batch_stopped(uuid, uuid) from public;
grant execute on function notification_meta.is_batch_stopped(uuid, uuid) to notification_worker;
