-- One step of a cancelling: looks at some of what waits, cancels what is meant, and notes where it is, in one statement, so that whoever dies has counted what was done. The walk goes
-- through what is due of each priority and channel along deliveries_due; at its end it begins anew, until a sweep finds nothing more: what is put off meanwhile moves in front of it or behind.
-- What a worker holds ends as it ends. Answers whether it goes on; no row where another worker is at it.
-- :tenant, :id, :priorities and :channels of the lanes side by side, :max, :max_sweeps
with job as materialized (
    select c.*, (:priorities::smallint[])[c.lane + 1] as priority, (:channels::smallint[])[c.lane + 1] as channel
    from notification_cancels c where c.tenant_id = :tenant and c.id = :id and c.state = {filtered_cancel.running} for update skip locked
),
looked as materialized (
    select d.id, d.due_at from job j
    cross join lateral (
        select v.id, v.due_at from deliveries v
        where v.tenant_id = :tenant and v.priority = j.priority and v.channel = j.channel and v.status in ({status.waiting}) and (v.due_at, v.id) > (j.after_due, j.after_id)
        order by v.priority, v.tenant_id, v.channel, v.due_at, v.id limit :max) d
),
keys as materialized (
    select l.id, overlay(l.id::text placing '0' from 36)::uuid as notification_id from looked l
),
hit as materialized (
    select k.id from job j
    cross join keys k
    cross join lateral (
        select m.live, m.category, m.reference, m.template_id, m.topic from notifications m where m.tenant_id = :tenant and m.id = k.notification_id offset 0) n
    where k.notification_id < j.until_id and n.live = j.live and (j.category is null or n.category = j.category) and (j.reference is null or n.reference = j.reference)
      and (j.template is null or n.template_id = any (j.templates))
      and (j.topic is null or n.topic = j.topic or (n.topic >= j.topic_from and n.topic < j.topic_before))
),
picked as materialized (
    select v.place, v.status from hit
    cross join lateral (
        select d.ctid as place, d.status from deliveries d where d.tenant_id = :tenant and d.id = hit.id and d.status in ({status.waiting}) for update skip locked) v
),
ended as (
    update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
    from picked where d.ctid = picked.place
    returning d.id, d.timeline_seq, d.batch_id, picked.status as was, d.status, d.devices, d.live
),
change as (
    select :tenant::uuid as tenant_id, id as delivery_id, timeline_seq as seq, was, status, (select clock_timestamp()) as at, batch_id, live, notification_meta.cause({cause.cancelled}, devices) as detail
    from ended
),
{include change_recorded},
seen as materialized (
    select (select count(*) from looked) as looked, (select count(*) from hit) as hits, (select count(*) from ended) as cancelled,
        (select l.due_at from looked l order by l.due_at desc, l.id desc limit 1) as last_due, (select l.id from looked l order by l.due_at desc, l.id desc limit 1) as last_id
),
place as materialized (
    select s.*, j.lane, j.sweep, s.looked < :max as lane_over, s.looked < :max and j.lane + 1 = cardinality(:priorities::smallint[]) as sweep_over, j.swept + s.hits as swept
    from job j cross join seen s
)
update notification_cancels c
set looked_at = c.looked_at + p.looked, cancelled = c.cancelled + p.cancelled,
    lane = case when p.sweep_over then 0 when p.lane_over then p.lane + 1 else p.lane end,
    after_due = case when p.lane_over then '-infinity' else p.last_due end,
    after_id = case when p.lane_over then '00000000-0000-0000-0000-000000000000' else p.last_id end,
    sweep = case when p.sweep_over then p.sweep + 1 else p.sweep end, swept = case when p.sweep_over then 0 else p.swept end,
    state = case when p.sweep_over and (p.swept = 0 or p.sweep >= :max_sweeps) then {filtered_cancel.done} else {filtered_cancel.running} end,
    ended_at = case when p.sweep_over and (p.swept = 0 or p.sweep >= :max_sweeps) then clock_timestamp() end, leased_until = null
from place p
where c.tenant_id = :tenant and c.id = :id
returning c.state = {filtered_cancel.running} as goes_on
