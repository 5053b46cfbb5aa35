-- Of the tables above those that are partitioned by month; the service makes the months to come.
select notification_meta.ensure_partitions(3);
