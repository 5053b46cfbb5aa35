-- Cancels what has not begun of one notification and says of each delivery whether it was in time.
-- :tenant, :notification id (its smallest delivery id), :last_delivery its largest, :now
-- A push that some of its devices have already is sent, and the others are given up.
-- A claim at the same moment: one of the two gets the row lock, the other finds the status changed.
with before as materialized (
    select id, status from deliveries where id > :notification and id <= :last_delivery and tenant_id = :tenant order by id for update
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from before where d.tenant_id = :tenant and d.id > :notification and d.id <= :last_delivery and d.id = before.id and before.status in ({status.waiting})
    returning d.id, d.timeline_seq, d.batch_id, d.live, before.status as was, d.status, d.devices
),
change as (
    select :tenant::uuid as tenant_id, id as delivery_id, timeline_seq as seq, was, status, :now::timestamptz as at, batch_id, live, notification_meta.cause({cause.cancelled}, devices) as detail from ended
),
{include change_recorded}
select before.id, coalesce(ended.status, before.status) as status, ended.id is not null as changed
from before left join ended on ended.id = before.id
order by before.id
