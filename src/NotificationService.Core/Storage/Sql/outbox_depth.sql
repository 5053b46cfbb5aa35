-- What waits to be told, counted up to 20,000, and what was set aside.
select (select count(*) from (select from outbox where shard < 100 limit 20000) w), (select count(*) from (select from outbox where shard >= 100 limit 20000) a)
