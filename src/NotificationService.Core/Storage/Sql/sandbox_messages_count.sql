-- How many messages the sandbox was given, for a recipient or in all, from sandbox_messages_recipient or sandbox_messages_listed alone; counts no further
-- than $3. $1 tenant, $2 modes, $3 most to count, $4 recipient or null
select count(*) from (
    (select from unnest($2::boolean[]) as mode(live)
     cross join lateral (
         select from sandbox_messages m
         where $4::text is null and m.tenant_id = $1 and m.live >= mode.live
           and (m.live, m.id) <= (mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff') and (m.live, m.id) >= (mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.live desc, m.id desc limit $3) m
     limit $3)
    union all
    (select from unnest($2::boolean[]) as mode(live)
     cross join lateral (
         select from sandbox_messages m
         where m.tenant_id = $1 and (m.recipient, m.live, m.id) <= ($4, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           and (m.recipient, m.live, m.id) >= ($4, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.recipient desc, m.live desc, m.id desc limit $3) m
     limit $3)) counted
