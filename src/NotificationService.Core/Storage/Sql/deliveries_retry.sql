-- Puts failed or expired deliveries back into the queue, by hand; their schedule starts over.
-- $1 tenant, $2 uuid[] deliveries, $3 now
-- Those without an address stay as they are: no retry can help them. Locked in the order of their ids, so that two such
-- statements never wait for each other in a circle. Two at once: the second finds the status changed.
with before as materialized (
    select id, status, failure_kind from deliveries where id = any ($2::uuid[]) and tenant_id = $1 order by id for update
),
again as (
    update deliveries d
    set status = 20, due_at = $3, expires_at = null, retried_from = d.attempts, rescues = 0, ambiguous = false,
        failure_kind = null, failure_code = null, failure_message = null, timeline_seq = d.timeline_seq + 1
    from before where d.id = before.id and before.status in (71, 73) and before.failure_kind is distinct from 4
    returning d.id, d.timeline_seq
),
step as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select $1, id, timeline_seq, 20, $3, '{"code":"retried","message":"put back into the queue by hand"}'::json from again
)
select before.id, case when again.id is null then before.status else 20::smallint end as status, again.id is not null as changed
from before left join again on again.id = before.id order by before.id
