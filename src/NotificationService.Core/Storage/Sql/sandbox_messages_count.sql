-- How many messages the sandbox was given, for a recipient or in all, from sandbox_messages_recipient or the primary key alone; counts no further than $2.
-- $1 tenant, $2 most to count, $3 recipient or null
select count(*) from (
    (select from sandbox_messages m where $3::text is null and m.tenant_id = $1 order by m.tenant_id desc, m.id desc limit $2)
    union all
    (select from sandbox_messages m where m.tenant_id = $1 and m.recipient = $3 order by m.recipient desc, m.id desc limit $2)) counted
