-- Notes that the user has seen what arrived before a time; answers the counts. :tenant, :user_id, :before the time, or null for everything.
-- Runs behind inbox_users_lock in its transaction. Without a time nothing but the user's row is read and written, however many items there are. With one it walks
-- the unread items (inbox_items_listed) that came later, and counts those. What was seen once stays so. Unchanged counts keep their version.
with mark as materialized (
    select case when :before::timestamptz is null then u.version else greatest(u.seen_version, coalesce((
        select i.arrived_version from inbox_items i
        where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) <= ({inbox_status.unread}::smallint, u.version)
          and (i.status, i.arrived_version) > ({inbox_status.unread}::smallint, 0) and i.arrived_at < :before
        order by i.status desc, i.arrived_version desc limit 1), 0)) end as version
    from inbox_users u where u.tenant_id = :tenant and u.user_id = :user_id
),
later as materialized (
    select case when :before::timestamptz is null then 0 else (
        select count(*) from inbox_items i
        where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) > ({inbox_status.unread}::smallint, (select version from mark))
          and (i.status, i.arrived_version) < ({inbox_status.read}::smallint, 0) and not i.seen) end as unseen
)
update inbox_users u set seen_version = mark.version, unseen = later.unseen, version = u.version + (case when u.unseen <> later.unseen then 1 else 0 end)
from mark, later
where u.tenant_id = :tenant and u.user_id = :user_id
returning u.unread, u.unseen, u.version
