-- Items whose snooze has ended, at most :max.
select tenant_id, user_id, id from notification_meta.inbox_due(:max)
