-- Items older than :oldest, at most :per_user of each of the :users after :after_tenant and :after_user; and a row without id that names the last of them.
select tenant_id, user_id, id from notification_meta.inbox_expired(:after_tenant, :after_user, :users, :per_user, :oldest)
