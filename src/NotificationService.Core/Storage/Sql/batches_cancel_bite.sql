-- Cancels some of what a cancelled batch has left in the queue; what a worker holds ends by itself. $1 tenant, $2 batch, $3 most
-- Relies on deliveries_batch (batch_id, due_at) where batch_id is not null and status in (10, 20). The tenant is asked for afterwards: beside the batch it
-- would invite the index of all that is due.
with bite as materialized (
    select id from deliveries where batch_id = $2 and status in (10, 20) order by due_at limit $3 for update skip locked
),
ended as (
    update deliveries d set status = 72, timeline_seq = d.timeline_seq + 1 from bite where d.id = bite.id and d.tenant_id = $1
    returning d.id, d.timeline_seq
),
step as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select $1, id, timeline_seq, 72, clock_timestamp(), '{"code":"batch_cancelled","message":"its batch was cancelled"}'::json from ended
),
told as (
    insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), $1, id, timeline_seq from ended
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select $1, $2, change.status, change.delta from (select count(*) as n from ended) stopped
    cross join lateral (values (0, -stopped.n), (72, stopped.n)) as change(status, delta) where stopped.n > 0
)
select count(*)::int from ended
