-- How many items of a user there are of a status, looking at no more than :max of them; answers how many were looked at, and how many match. The same variants and
-- index as inbox_items_list. :tenant, :user_id, :max to count, :category or null, :before a time before which they arrived, or null
select count(*) as looked_at, count(*) filter (where (:category::text is null or category = :category) and (:before::timestamptz is null or arrived_at < :before)) as hits
from (
    select k.* from (
-- when current unread
        (select i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) > ({inbox_status.unread}::smallint, 0) and (i.status, i.arrived_version) <= ({inbox_status.unread}::smallint, 9223372036854775807)
         order by i.status desc, i.arrived_version desc limit :max)
-- end
-- when current
        union all
-- end
-- when current read
        (select i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) > ({inbox_status.read}::smallint, 0) and (i.status, i.arrived_version) <= ({inbox_status.read}::smallint, 9223372036854775807)
         order by i.status desc, i.arrived_version desc limit :max)
-- end
-- when archived
        (select i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) > ({inbox_status.archived}::smallint, 0) and (i.status, i.arrived_version) <= ({inbox_status.archived}::smallint, 9223372036854775807)
         order by i.status desc, i.arrived_version desc limit :max)
-- end
-- when snoozed
        (select i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) > ({inbox_status.snoozed}::smallint, 0) and (i.status, i.arrived_version) <= ({inbox_status.snoozed}::smallint, 9223372036854775807)
         order by i.status desc, i.arrived_version desc limit :max)
-- end
    ) k(category, arrived_at) limit :max) counted
