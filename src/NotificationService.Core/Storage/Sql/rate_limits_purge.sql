-- Forgets subjects that nobody has used for an hour. A lease at the same moment begins its row anew.
delete from rate_limits where greatest(minute, second / 60) < floor(extract(epoch from clock_timestamp()) / 60)::bigint - 60
