-- Cancels what has not begun of one notification and says of each delivery whether it was in time.
-- $1 tenant, $2 notification id (its smallest delivery id), $3 its largest, $4 now
-- A push that some of its devices have already is sent, and the others are given up.
-- A claim at the same moment: one of the two gets the row lock, the other finds the status changed.
with before as materialized (
    select id, status from deliveries where id > $2 and id <= $3 and tenant_id = $1 order by id for update
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from before where d.tenant_id = $1 and d.id > $2 and d.id <= $3 and d.id = before.id and before.status in ({status.waiting})
    returning d.id, d.timeline_seq, d.batch_id, before.status as was, d.status, d.devices
),
recorded as materialized (
    select notification_meta.record_changes(
        $1, $4, array_agg(id), array_agg(timeline_seq), array_agg(was), array_agg(status), array_agg(batch_id),
        array_agg(notification_meta.cause({cause.cancelled}, devices))) as n
    from ended
)
select before.id, coalesce(ended.status, before.status) as status, ended.id is not null as changed
from before left join ended on ended.id = before.id
where (select n from recorded) >= 0
order by before.id
