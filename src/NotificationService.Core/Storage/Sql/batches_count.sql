-- How many batches a list has, counted up to $6 from the index that the list walks.
-- $1 tenant, $2 boolean[] modes, $3 status as batches_by_status has it or null, $4 smallest id, $5 first id no more, $6 most
select count(*) from (
    select from unnest($2::boolean[]) as mode(live)
    cross join lateral (
        (select from batches b
         where $3::int is null and b.tenant_id = $1 and not b.is_job and (b.live, b.id) < (mode.live, $5::uuid) and (b.live, b.id) >= (mode.live, $4::uuid)
         order by b.live desc, b.id desc limit $6::int)
        union all
        (select from batches b
         where $3::int is not null and b.tenant_id = $1 and not b.is_job and (b.live, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end), b.id) < (mode.live, $3::int, $5::uuid)
           and (b.live, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end), b.id) >= (mode.live, $3::int, $4::uuid)
         order by b.live desc, (case when b.state = {batch.complete} and b.ended_at is not null then {batch_status.completed} else b.state end) desc, b.id desc limit $6::int)) b
    limit $6::int) counted
