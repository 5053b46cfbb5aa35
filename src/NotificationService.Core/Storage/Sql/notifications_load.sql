-- What a worker needs to render and send, for claimed deliveries of any tenants; which of the recipients' addresses must not be written to, what the recipients
-- want, and what their category says.
-- :notifications uuid[] notification ids, :tenants uuid[] whose they are
--
-- A probe of the primary key per id, behind a fence. Asked for as one range, from the smallest id to the largest, a single retry of last week had the
-- whole week read with it.
-- A tenant without suppressed addresses, or without preferences, pays one probe for the whole statement. LIMIT is a fence too. The first OFFSET 0 keeps the making of the keys apart from the
-- comparison, so that row level security lets the comparison go to the index (tenant_id, channel, address_key, reason, scope); the second is the
-- fence of deliveries_complete: a probe per address, never a join that reads the tenant's whole list.
with asked_for as materialized (
    select * from unnest(:notifications::uuid[], :tenants::uuid[]) as a(id, tenant_id)
),
guard as materialized (
    select t.tenant_id from (select distinct tenant_id from asked_for) t cross join lateral (select from suppressions s where s.tenant_id = t.tenant_id limit 1) s
),
preferring as materialized (
    select t.tenant_id from (select distinct tenant_id from asked_for) t cross join lateral (select from recipient_preferences p where p.tenant_id = t.tenant_id limit 1) p
)
select n.id, n.live, n.template_id, n.template_version, n.category, n.recipient, n.data, n.content, n.trace_parent, n.created_at, n.send_at,
    case when n.tenant_id in (select tenant_id from guard) then (
        select json_agg(json_build_object('channel', s.channel, 'address', s.address, 'reason', s.reason, 'code', s.code, 'scope', s.scope) order by s.channel, s.reason, s.scope)
        from (
            select a.channel, md5(a.address)::uuid as key
            from (
                select {channel.email}::smallint as channel, lower(n.recipient->>'email' collate "C") as address
                union all select {channel.sms}::smallint, n.recipient->>'phone'
                union all select {channel.whats_app}::smallint, coalesce(n.recipient->>'whatsapp', n.recipient->>'phone')
                union all select {channel.push}::smallint, token
                from json_array_elements_text(case json_typeof(n.recipient->'deviceTokens') when 'array' then n.recipient->'deviceTokens' else '[]' end) token
            ) a
            where a.address is not null
            offset 0
        ) asked
        cross join lateral (
            select l.channel, l.address, l.reason, l.code, l.scope from suppressions l
            where l.tenant_id = n.tenant_id and l.channel = asked.channel and l.address_key = asked.key and (l.expires_at is null or l.expires_at > now())
            offset 0) s) end as suppressed,
    n.strategy, n.fallback_after,
    (select case when b.held then 'held' when b.state = {batch.cancelled} then 'cancelled' end from batches b where b.tenant_id = n.tenant_id and b.id = n.batch_id) as stopped_by,
    n.metadata, n.topic,
    case when n.tenant_id in (select tenant_id from preferring) then (
        select wanted.says
        from (select n.recipient->>'userId' as user_id offset 0) person
        cross join lateral (select p.says from recipient_preferences p where p.tenant_id = n.tenant_id and p.user_id = person.user_id offset 0) wanted) end as preferences,
    category.channels as category_channels, category.critical as category_critical, category.marketing as category_marketing
from asked_for
cross join lateral (
    select m.tenant_id, m.id, m.live, m.template_id, m.template_version, m.category, m.recipient, m.data, m.content, m.trace_parent, m.created_at, m.send_at, m.strategy, m.fallback_after, m.batch_id, m.metadata, m.topic
    from notifications m where m.id = asked_for.id and m.tenant_id = asked_for.tenant_id offset 0) n
left join lateral (select c.channels, c.critical, c.marketing from categories c where c.tenant_id = n.tenant_id and c.key = n.category offset 0) category on true
