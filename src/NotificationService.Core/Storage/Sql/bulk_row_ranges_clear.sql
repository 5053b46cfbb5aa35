-- Clears rows of jobs that are over and have served; says how many row ranges. At most :max.
select notification_meta.clear_bulk_rows(:max) as cleared
