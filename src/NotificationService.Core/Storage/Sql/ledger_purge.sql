-- Removes counts of hours before :before of which no delivery is left; says how many. At most :max.
select notification_meta.purge_ledger(:before, :max) as removed
