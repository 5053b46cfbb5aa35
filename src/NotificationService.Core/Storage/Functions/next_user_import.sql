-- The file of people that has waited longest, of any tenant.
create or replace function notification_meta.next_user_import(instant timestamptz) returns table (tenant uuid, import uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    select tenant_id, id from user_imports where ended_at is null and next_at <= instant order by next_at limit 1
$$;

revoke all on function notification_meta.next_user_import(timestamptz) from public;
grant execute on function notification_meta.next_user_import(timestamptz) to notification_worker;
