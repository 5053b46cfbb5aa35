-- Cancels some of what a cancelled batch has left in the queue; what a worker holds ends by itself. $1 tenant, $2 batch, $3 most
-- Relies on deliveries_batch (batch_id, due_at) where batch_id is not null and status in (10, 20). The tenant is asked for afterwards: beside the batch it
-- would invite the index of all that is due.
with picked as materialized (
    select id, status from deliveries where batch_id = $2 and status in ({status.waiting}) order by due_at limit $3 for update skip locked
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from picked where d.id = picked.id and d.tenant_id = $1
    returning d.id, d.timeline_seq, d.batch_id, picked.status as was, d.status, d.devices
),
change as (
    select $1 as tenant_id, id as delivery_id, timeline_seq as seq, was, status, (select clock_timestamp()) as at, batch_id,
        notification_meta.cause({cause.batch_cancelled}, devices) as detail
    from ended
),
{include change_recorded}
select count(*)::int as changed from ended
