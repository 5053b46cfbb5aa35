-- Cancels some of what a cancelled batch has left in the queue; what a worker holds ends by itself. $1 tenant, $2 batch, $3 most
-- Relies on deliveries_batch (tenant_id, batch_id, due_at) where batch_id is not null and status in (10, 20).
with picked as materialized (
    select ctid as place, status from deliveries where tenant_id = $1 and batch_id = $2 and status in ({status.waiting}) order by due_at limit $3 for update skip locked
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from picked where d.ctid = picked.place
    returning d.id, d.timeline_seq, d.batch_id, picked.status as was, d.status, d.devices
)
select notification_meta.record_changes(
    $1, clock_timestamp(), array_agg(id), array_agg(timeline_seq), array_agg(was), array_agg(status), array_agg(batch_id),
    array_agg(notification_meta.cause({cause.batch_cancelled}, devices)))
from ended
