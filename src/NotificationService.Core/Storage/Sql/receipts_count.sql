-- How many receipts of one state there are, from receipts_listed (tenant_id, state, live, id) alone; counts no further than $4.
-- $1 tenant, $2 modes, $3 state, $4 most to count
select count(*) from (
    select from unnest($2::boolean[]) as mode(live)
    cross join lateral (
        select from receipts r
        where r.tenant_id = $1 and (r.state, r.live, r.id) <= ($3::smallint, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          and (r.state, r.live, r.id) >= ($3::smallint, mode.live, '00000000-0000-0000-0000-000000000000')
        order by r.state desc, r.live desc, r.id desc limit $4) r
    limit $4) counted
