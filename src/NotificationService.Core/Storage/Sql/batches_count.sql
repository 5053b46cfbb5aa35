-- How many batches a list has, counted up to :max from the index that the list walks.
-- :tenant, :modes boolean[], :status as batches_by_status has it or null, :from_id the smallest id, :before_id the first id no more, :max
select count(*) as total from (
    select from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        (select from batches b
         where :status::int is null and b.tenant_id = :tenant and not b.is_job and (b.live, b.id) < (mode.live, :before_id::uuid) and (b.live, b.id) >= (mode.live, :from_id::uuid)
         order by b.live desc, b.id desc limit :max::int)
        union all
        (select from batches b
         where :status::int is not null and b.tenant_id = :tenant and not b.is_job and (b.live, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end), b.id) < (mode.live, :status::int, :before_id::uuid)
           and (b.live, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end), b.id) >= (mode.live, :status::int, :from_id::uuid)
         order by b.live desc, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end) desc, b.id desc limit :max::int)) b
    limit :max::int) counted
