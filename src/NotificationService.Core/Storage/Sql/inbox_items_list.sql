-- A page of a user's items, those that arrived last first. Each variant walks inbox_items_listed (tenant_id, user_id, status, arrived_version) backwards
-- within one status, no more than :max_rows of it; "current" walks the unread and the read ones and merges them. The order begins with the status, which no other index has.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- :tenant, :user_id, :before_version the place before which to go on, :max_rows to look at, :category or null, :before a time before which they arrived, or null, :offset, :take
with looked as materialized (
    select k.* from (
-- when current unread
        (select i.ctid as place, i.arrived_version, i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) < ({inbox_status.unread}::smallint, :before_version) and (i.status, i.arrived_version) > ({inbox_status.unread}::smallint, 0)
         order by i.status desc, i.arrived_version desc limit :max_rows)
-- end
-- when current
        union all
-- end
-- when current read
        (select i.ctid, i.arrived_version, i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) < ({inbox_status.read}::smallint, :before_version) and (i.status, i.arrived_version) > ({inbox_status.read}::smallint, 0)
         order by i.status desc, i.arrived_version desc limit :max_rows)
-- end
-- when archived
        (select i.ctid, i.arrived_version, i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) < ({inbox_status.archived}::smallint, :before_version) and (i.status, i.arrived_version) > ({inbox_status.archived}::smallint, 0)
         order by i.status desc, i.arrived_version desc limit :max_rows)
-- end
-- when snoozed
        (select i.ctid, i.arrived_version, i.category, i.arrived_at from inbox_items i
         where i.arrived_version is not null and i.tenant_id = :tenant and i.user_id = :user_id and (i.status, i.arrived_version) < ({inbox_status.snoozed}::smallint, :before_version) and (i.status, i.arrived_version) > ({inbox_status.snoozed}::smallint, 0)
         order by i.status desc, i.arrived_version desc limit :max_rows)
-- end
    ) k(place, arrived_version, category, arrived_at)
    order by k.arrived_version desc limit :max_rows
),
matching as materialized (
    select place, arrived_version from looked
    where (:category::text is null or category = :category) and (:before::timestamptz is null or arrived_at < :before)
    order by arrived_version desc limit :offset::int + :take::int
),
hit as materialized (select place, arrived_version from matching order by arrived_version desc offset :offset limit :take)
select (select count(*) from matching) as hits, (select count(*) from looked) as looked_at, (select lpad(to_hex(arrived_version), 32, '0')::uuid from looked order by arrived_version limit 1) as last_looked_at,
    found.*
from (values (1)) one
left join lateral (
    select i.arrived_version, {include inbox_item}
    from hit
    cross join lateral (select h.* from inbox_items h where h.ctid = hit.place offset 0) i
    cross join lateral (select h.seen_version from inbox_users h where h.tenant_id = :tenant and h.user_id = :user_id offset 0) u) found on true
order by found.arrived_version desc
