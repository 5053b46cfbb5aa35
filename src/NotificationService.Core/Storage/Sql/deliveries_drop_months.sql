-- Drops the months that were over before :before; says how many partitions.
select notification_meta.drop_partitions_before(:before) as removed
