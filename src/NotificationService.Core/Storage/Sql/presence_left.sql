-- People who stand in the table as connected to processes that are gone, at most :max.
select node_id, tenant_id, user_id, seen_at from notification_meta.presence_left(:max)
