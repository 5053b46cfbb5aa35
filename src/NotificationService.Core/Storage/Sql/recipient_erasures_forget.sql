-- Removes receipts of erasures that found nothing, finished longer ago than :older_than; says how many. At most :max.
select notification_meta.forget_recipient_erasures(:older_than, :max) as removed
