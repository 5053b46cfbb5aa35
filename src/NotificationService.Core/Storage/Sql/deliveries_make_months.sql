-- Makes the partitions of this month and the next ones, as far as :months from now; says how many.
select notification_meta.ensure_partitions(:months) as made
