-- Cancels some of what a cancelled batch has left in the queue; what a worker holds ends by itself. :tenant, :batch, :max
-- Relies on deliveries_batch (tenant_id, batch_id, due_at) where batch_id is not null and status in (10, 20).
with picked as materialized (
    select ctid as place, status from deliveries where tenant_id = :tenant and batch_id = :batch and status in ({status.waiting}) order by due_at limit :max for update skip locked
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from picked where d.ctid = picked.place
    returning d.id, d.timeline_seq, d.batch_id, d.live, picked.status as was, d.status, d.devices
),
change as (
    select :tenant::uuid as tenant_id, id as delivery_id, timeline_seq as seq, was, status, (select clock_timestamp()) as at, batch_id, live,
        notification_meta.cause({cause.batch_cancelled}, devices) as detail
    from ended
),
{include change_recorded}
select count(*)::int as changed from ended
