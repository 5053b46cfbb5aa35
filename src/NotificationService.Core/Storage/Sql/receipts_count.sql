-- How many receipts of one state there are, from receipts_listed (tenant_id, state, live, id) alone; counts no further than :max.
-- :tenant, :modes, :state, :max to count
select count(*) as total from (
    select from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select from receipts r
        where r.tenant_id = :tenant and (r.state, r.live, r.id) <= (:state::smallint, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          and (r.state, r.live, r.id) >= (:state::smallint, mode.live, '00000000-0000-0000-0000-000000000000')
        order by r.state desc, r.live desc, r.id desc limit :max) r
    limit :max) counted
