-- How many messages the sandbox was given, for a recipient or in all, from sandbox_messages_recipient or sandbox_messages_listed alone; counts no further
-- than :max. :tenant, :modes, :max to count, :recipient or null
select count(*) as total from (
    (select from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select from sandbox_messages m
         where :recipient::text is null and m.tenant_id = :tenant and m.live >= mode.live
           and (m.live, m.id) <= (mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff') and (m.live, m.id) >= (mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.live desc, m.id desc limit :max) m
     limit :max)
    union all
    (select from unnest(:modes::boolean[]) as mode(live)
     cross join lateral (
         select from sandbox_messages m
         where m.tenant_id = :tenant and (m.recipient, m.live, m.id) <= (:recipient, mode.live, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
           and (m.recipient, m.live, m.id) >= (:recipient, mode.live, '00000000-0000-0000-0000-000000000000')
         order by m.recipient desc, m.live desc, m.id desc limit :max) m
     limit :max)) counted
