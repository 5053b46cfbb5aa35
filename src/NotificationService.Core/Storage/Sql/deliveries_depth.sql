-- What is due and waiting per channel: how many (exact up to 20,000 in all) and for how many seconds. Reads the partial index only.
select channel, count(*), extract(epoch from clock_timestamp() - min(due_at))::float8
from (select channel, due_at from deliveries where status in (10, 20) and due_at <= (select clock_timestamp()) limit 20000) due
group by channel
