-- A job of which something is to be done, in turn, if there is one.
select tenant, job from notification_meta.next_bulk_job()
