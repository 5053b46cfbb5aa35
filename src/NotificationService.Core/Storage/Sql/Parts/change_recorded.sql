-- What belongs to every change of a status, in the statement that makes it: the row of the timeline, what is to be published, and the counts of its batch.
-- Included behind a query "change" with a row for each change, several of one delivery in their order:
-- tenant_id, delivery_id, seq in the timeline, the status that it was (null: it is new) and is now, at, batch_id or null, live, detail as json. What has no end yet counts as pending.
-- In the ledger a change counts for the hour in which its delivery was accepted (docs/decisions/0078-the-ledger-is-added-up.md).
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
),
ledgered as (
    insert into ledger_changes (tenant_id, hour, live, channel, status, accepted, delta)
    select moved.tenant_id, moved.hour, moved.live, moved.channel, tally.status, sum(tally.accepted), sum(tally.delta)
    from (
        select tenant_id, notification_meta.hour_of(delivery_id) as hour, live, get_byte(uuid_send(delivery_id), 15) & 15 as channel,
            case when was < {status.sent} then {tally.pending} else was end as was, case when status < {status.sent} then {tally.pending} else status end as status, count(*) as n
        from change where was is null or was >= {status.sent} or status >= {status.sent}
        group by 1, 2, 3, 4, 5, 6) moved
    cross join lateral (values (moved.was, 0, -moved.n), (moved.status, case when moved.was is null then moved.n else 0 end, moved.n)) as tally(status, accepted, delta)
    where tally.status is not null
    group by 1, 2, 3, 4, 5
    having sum(tally.delta) <> 0 or sum(tally.accepted) <> 0
)
