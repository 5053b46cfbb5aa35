-- A page of a tenant's batches, the newest first. Bulk jobs have a list of their own.
-- One index is walked and no further than the page goes: batches_listed, or batches_by_status where one is asked for; of each mode asked for.
-- :tenant, :modes boolean[], :status as batches_by_status has it or null, :from_id the smallest id, :before_id the first id no more, :offset, :take
with walk as materialized (
    (select b.id from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select b.id from batches b
         where :status::int is null and b.tenant_id = :tenant and not b.is_job and (b.live, b.id) < (mode.live, :before_id::uuid) and (b.live, b.id) >= (mode.live, :from_id::uuid)
         order by b.live desc, b.id desc limit :offset::int + :take::int) b)
    union all
    (select b.id from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select b.id from batches b
         where :status::int is not null and b.tenant_id = :tenant and not b.is_job and (b.live, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end), b.id) < (mode.live, :status::int, :before_id::uuid)
           and (b.live, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end), b.id) >= (mode.live, :status::int, :from_id::uuid)
         order by b.live desc, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end) desc, b.id desc limit :offset::int + :take::int) b)
),
page as materialized (
    select id from walk order by id desc offset :offset::int limit :take::int
)
select b.state, b.live, b.reference, b.created_at, b.closed_at, b.ended_at, p.rate, p.eta, c.counts, page.id
from page
cross join lateral (select * from batches b where b.tenant_id = :tenant and b.id = page.id limit 1) b
cross join lateral (
    select json_object_agg(status, n) filter (where n <> 0) as counts,
        coalesce(sum(n) filter (where status > {tally.pending}), 0)::float8 as ended, coalesce(sum(n) filter (where status = {tally.pending}), 0)::float8 as pending
    from (
        select status, sum(n)::bigint as n from (
            select c.status, c.n from batch_counts c where c.tenant_id = :tenant and c.batch_id = page.id
            union all
            select g.status, g.delta from batch_changes g where g.tenant_id = :tenant and g.batch_id = page.id) counted
        group by status) summed) c
cross join lateral notification_meta.done_of(c.ended, c.pending, null, null, null) w
cross join lateral notification_meta.pace_of(w.done, w.total, b.held, b.ended_at, b.pace_at, b.pace_done) p
order by page.id desc
