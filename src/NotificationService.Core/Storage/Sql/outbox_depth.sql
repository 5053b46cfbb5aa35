-- What waits to be published, counted up to 20,000, and what was dead-lettered.
select (select count(*) from (select from outbox where shard < 100 limit 20000) w) as waiting, (select count(*) from (select from outbox where shard >= 100 limit 20000) a) as dead_lettered
