-- One item of a user, by the primary key. :tenant, :user_id, :id
select {include inbox_item}
from (select h.* from inbox_items h where h.tenant_id = :tenant and h.user_id = :user_id and h.id = :id offset 0) i
cross join lateral (select h.seen_version from inbox_users h where h.tenant_id = :tenant and h.user_id = :user_id offset 0) u
where i.status <> {inbox_status.deleted}
