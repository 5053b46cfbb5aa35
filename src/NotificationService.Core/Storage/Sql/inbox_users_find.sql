-- How much waits in a user's inbox, by the primary key. No row: nothing ever came. :tenant, :user_id
select u.unread, u.unseen, u.version from inbox_users u where u.tenant_id = :tenant and u.user_id = :user_id
