-- An open erasure that no worker is at, of the tenant that comes after :after. A sweep that was begun goes on.
select tenant_id, id from notification_meta.next_recipient_erasure(:after)
