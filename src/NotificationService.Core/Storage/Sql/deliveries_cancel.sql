-- Cancels what has not begun of one notification and says of each delivery whether it was in time.
-- $1 tenant, $2 notification id (its smallest delivery id), $3 its largest, $4 now
-- A claim at the same moment: one of the two gets the row lock, the other finds the status changed.
with before as materialized (
    select id, status from deliveries where id > $2 and id <= $3 and tenant_id = $1 order by id for update
),
ended as (
    update deliveries d set status = 72, timeline_seq = d.timeline_seq + 1
    from before where d.id = before.id and before.status in (10, 20)
    returning d.id, d.timeline_seq, d.batch_id
),
step as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select $1, id, timeline_seq, 72, $4, '{"code":"cancelled","message":"cancelled by the caller"}'::json from ended
),
told as (
    insert into outbox (shard, tenant_id, subject, seq) select notification_meta.shard_of(id), $1, id, timeline_seq from ended
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select $1, stopped.batch_id, change.status, change.delta
    from (select batch_id, count(*) as n from ended where batch_id is not null group by batch_id) stopped
    cross join lateral (values (0, -stopped.n), (72, stopped.n)) as change(status, delta)
)
select before.id, case when ended.id is null then before.status else 72::smallint end as status, ended.id is not null as changed
from before left join ended on ended.id = before.id order by before.id
