-- Takes the next of a shard out of the outbox, in order. $1 shard, which the transaction holds; $2 most; $3 the position after which to begin
-- Relies on outbox_queue (shard, position). Of one delivery the later change is written after the earlier one's commit and has the
-- larger position: whoever sees the later sees the earlier. Dies before the commit: all of it is there as before.
-- The last two columns show which transactions this one sees the end of, and its own number, which is larger than that of any who wrote before it
-- began to look: for the position after which the next may begin.
with picked as materialized (
    select ctid from outbox where shard = $1 and position > $3 order by position limit $2
),
taken as (
    delete from outbox where ctid = any (array(select ctid from picked)) returning tenant_id, subject, seq, position, target
)
select tenant_id, subject, seq, position, target,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint, pg_current_xact_id()::text::bigint
from taken order by position
