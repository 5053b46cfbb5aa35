-- A cancelling of which something is to be done, in turn and under a lease, if there is one. :lease
select tenant, cancel from notification_meta.next_notification_cancel(:lease)
