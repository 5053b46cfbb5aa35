-- How many messages an endpoint has, from webhook_messages_listed (tenant_id, endpoint_id, live, id) alone; counts no further than $3.
-- The order names the endpoint and the mode, so that no other index has it. $1 tenant, $2 endpoint, $3 most to count, $4 modes
select count(*) from (
    select from unnest($4::boolean[]) as mode(live)
    cross join lateral (
        select from webhook_messages m
        where m.tenant_id = $1 and m.live >= mode.live and (m.endpoint_id, m.live, m.id) <= ($2, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          and (m.endpoint_id, m.live, m.id) >= ($2, mode.live, '00000000-0000-0000-0000-000000000000')
        order by m.endpoint_id desc, m.live desc, m.id desc limit $3) m
    limit $3) counted
