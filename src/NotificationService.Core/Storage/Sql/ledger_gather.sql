-- Adds some of the changes of the ledger to its counts; says how many. At most :max.
select notification_meta.gather_ledger(:max) as taken
