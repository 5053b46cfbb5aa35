-- Takes the next of a shard out of the outbox, in order. $1 shard, which the transaction holds; $2 most
-- Relies on the primary key (shard, position). Of one delivery the later change is written after the earlier one's commit and has the
-- larger position: whoever sees the later sees the earlier. Dies before the commit: all of it is there as before.
with bite as materialized (
    select ctid from outbox where shard = $1 order by position limit $2
),
taken as (
    delete from outbox where ctid = any (array(select ctid from bite)) returning tenant_id, subject, seq, position, target
)
select tenant_id, subject, seq, position, target from taken order by position
