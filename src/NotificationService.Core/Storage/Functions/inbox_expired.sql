-- Items that are older than they are kept: the oldest of some users, who are walked in the order of their keys. The last row, without an item, has the user
-- after whom to go on, or none at the end. What is found is deleted like any other item (inbox_items_change).
create or replace function notification_meta.inbox_expired(after_tenant uuid, after_user text, users int, per_user int, oldest timestamptz)
returns table (tenant_id uuid, user_id text, id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
    with walk as materialized (
        select u.tenant_id, u.user_id from inbox_users u where (u.tenant_id, u.user_id) > (after_tenant, after_user) order by u.tenant_id, u.user_id limit users)
    (select i.tenant_id, i.user_id, i.id from walk
     cross join lateral (
        select h.tenant_id, h.user_id, h.id, h.created_at, h.status from inbox_items h
        where h.tenant_id = walk.tenant_id and h.user_id = walk.user_id and h.id < notification_meta.uuid_floor(oldest) order by h.id limit per_user) i
     where i.created_at < oldest and i.status <> {inbox_status.deleted})
    union all
    (select walk.tenant_id, walk.user_id, null from walk order by walk.tenant_id desc, walk.user_id desc limit 1)
$$;

revoke all on function notification_meta.inbox_expired(uuid, text, int, int, timestamptz) from public;
grant execute on function notification_meta.inbox_expired(uuid, text, int, int, timestamptz) to notification_worker;
