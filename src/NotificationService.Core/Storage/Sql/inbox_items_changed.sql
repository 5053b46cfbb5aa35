-- What changed in a user's inbox after a version, in the order of the changes: items as they are now, those that were deleted too. One row at least, with the
-- counts. Walks inbox_items_changed (tenant_id, user_id, version). :tenant, :user_id, :since the version after which, :max
select u.unread, u.unseen, u.version as last_version, u.forgot_version, found.*
from inbox_users u
left join lateral (
    select {include inbox_item}
    from inbox_items i
    where i.tenant_id = :tenant and i.user_id = :user_id and i.version > :since and i.version is not null
    order by i.tenant_id, i.user_id, i.version limit :max) found on true
where u.tenant_id = :tenant and u.user_id = :user_id
order by found.version
