-- How many messages an endpoint has, from webhook_messages_listed (tenant_id, endpoint_id, id) alone; counts no further than $3.
-- The order names the endpoint, so that no other index has it. $1 tenant, $2 endpoint, $3 most to count
select count(*) from (
    select from webhook_messages m
    where m.tenant_id = $1 and (m.endpoint_id, m.id) <= ($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid) and m.endpoint_id >= $2
    order by m.endpoint_id desc, m.id desc limit $3) counted
