-- Removes receipts that have served; says how many. At most :max.
select notification_meta.purge_receipts(:max) as removed
