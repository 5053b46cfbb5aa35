-- How many jobs a list has, counted up to :max from the index that the list walks.
-- :tenant, :modes boolean[], :status a state or null, :from_id the smallest id, :before_id the first id no more, :max
select count(*) as total from (
    select from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        (select from bulk_jobs j
         where :status::smallint is null and j.tenant_id = :tenant and j.live >= mode.live and (j.live, j.id) < (mode.live, :before_id::uuid) and (j.live, j.id) >= (mode.live, :from_id::uuid)
         order by j.live desc, j.id desc limit :max::int)
        union all
        (select from bulk_jobs j
         where :status::smallint is not null and j.tenant_id = :tenant and j.live = mode.live and j.state = :status::smallint and j.id < :before_id::uuid and j.id >= :from_id::uuid
         order by j.live desc, j.state desc, j.id desc limit :max::int)) j
    limit :max::int) counted
