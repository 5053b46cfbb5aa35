-- Items whose snooze has ended, of any tenants, the longest ago first; they come back one user after the other (inbox_items_change).
create or replace function notification_meta.inbox_due(max_rows int) returns table (tenant_id uuid, user_id text, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select i.tenant_id, i.user_id, i.id from inbox_items i where i.status = {inbox_status.snoozed} and i.snoozed_until <= clock_timestamp() order by i.snoozed_until limit max_rows
$$;

revoke all on function notification_meta.inbox_due(int) from public;
grant execute on function notification_meta.inbox_due(int) to notification_worker;
