-- Cancels some of what a cancelled batch has left in the queue; what a worker holds ends by itself. $1 tenant, $2 batch, $3 most
-- Relies on deliveries_batch (batch_id, due_at) where batch_id is not null and status in (10, 20). The tenant is asked for afterwards: beside the batch it
-- would invite the index of all that is due.
with picked as materialized (
    select id from deliveries where batch_id = $2 and status in ({status.waiting}) order by due_at limit $3 for update skip locked
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from picked where d.id = picked.id and d.tenant_id = $1
    returning d.id, d.timeline_seq, d.status, d.devices
),
step as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select $1, id, timeline_seq, status, clock_timestamp(), notification_meta.cause({cause.batch_cancelled}, devices) from ended
),
published as (
    insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), $1, id, timeline_seq from ended
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select $1, $2, change.status, change.delta from (select status, count(*) as n from ended group by status) stopped
    cross join lateral (values ({tally.pending}::smallint, -stopped.n), (stopped.status, stopped.n)) as change(status, delta)
)
select count(*)::int from ended
