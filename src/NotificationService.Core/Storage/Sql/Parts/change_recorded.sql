-- What belongs to every change of a status, in the statement that makes it: the row of the timeline, what is to be published, and the counts of its batch.
-- Included behind a query "change" with a row for each change, several of one delivery in their order:
-- tenant_id, delivery_id, seq in the timeline, the status that it was (null: it is new) and is now, at, batch_id or null, detail as json. What has no end yet counts as pending.
recorded as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select tenant_id, delivery_id, seq, status, at, detail from change
),
published as (
    insert into outbox (shard, tenant_id, subject, seq)
    select notification_meta.shard_of(delivery_id), tenant_id, delivery_id, seq from change where status >= {status.sent} order by delivery_id, seq
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select change.tenant_id, change.batch_id, tally.status, sum(tally.delta)
    from change
    cross join lateral (values
        (case when change.was < {status.sent} then {tally.pending} else change.was end, -1),
        (case when change.status < {status.sent} then {tally.pending} else change.status end, 1)) as tally(status, delta)
    where change.batch_id is not null and tally.status is not null
    group by change.tenant_id, change.batch_id, tally.status
    having sum(tally.delta) <> 0
)
