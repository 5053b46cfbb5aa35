-- How many messages an endpoint has, from webhook_messages_listed (tenant_id, endpoint_id, live, id) alone; counts no further than :max.
-- The order names the endpoint and the mode, so that no other index has it. :tenant, :endpoint, :max to count, :modes
select count(*) as total from (
    select from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select from webhook_messages m
        where m.tenant_id = :tenant and m.live >= mode.live and (m.endpoint_id, m.live, m.id) <= (:endpoint, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
          and (m.endpoint_id, m.live, m.id) >= (:endpoint, mode.live, '00000000-0000-0000-0000-000000000000')
        order by m.endpoint_id desc, m.live desc, m.id desc limit :max) m
    limit :max) counted
