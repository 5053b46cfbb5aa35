-- How many jobs a list has, counted up to $6 from the index that the list walks.
-- $1 tenant, $2 boolean[] modes, $3 state or null, $4 smallest id, $5 first id no more, $6 most
select count(*) from (
    select from unnest($2::boolean[]) as mode(live)
    cross join lateral (
        (select from bulk_jobs j
         where $3::smallint is null and j.tenant_id = $1 and j.live >= mode.live and (j.live, j.id) < (mode.live, $5::uuid) and (j.live, j.id) >= (mode.live, $4::uuid)
         order by j.live desc, j.id desc limit $6::int)
        union all
        (select from bulk_jobs j
         where $3::smallint is not null and j.tenant_id = $1 and j.live = mode.live and j.state = $3::smallint and j.id < $5::uuid and j.id >= $4::uuid
         order by j.live desc, j.state desc, j.id desc limit $6::int)) j
    limit $6::int) counted
