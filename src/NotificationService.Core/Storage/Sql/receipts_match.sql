-- Finds the deliveries that receipts of any tenants are about, and locks those that can be changed now. Answers a row per receipt, in any order.
-- per receipt: :tenants, :providers, :deliveries delivery as the vendor echoed it, :message_ids the vendor's id of the message, :wants_address whether the address is wanted
-- :oldest the oldest delivery that a vendor's id is looked for, :sibling_types types of providers whose vendor reports to one address for several of them
--
-- What a worker holds, or what somebody has locked at this moment, is known and not held: it is asked for again later. So nobody waits
-- for anybody, and a result that is being written is never in the way.
-- Relies on attempts_message (provider_message_id) where … right(delivery_id::text, 1) = '{channel.whats_app}', the channel whose reports
-- may come without our id (ChannelRow.IsReportedByVendorsId). A vendor of :sibling_types reports to one address for all of an account, of which each number is a provider here: it may be a sibling's message.
-- The comparison stands alone, because under row level security only what cannot leak is looked up in an index.
with target as materialized (
    select g.ord, g.tenant_id, coalesce(by_message.provider_id, by_sibling.provider_id, g.provider_id) as provider_id, g.wants_address, coalesce(g.delivery_id, by_message.delivery_id) as delivery_id,
        overlay(coalesce(g.delivery_id, by_message.delivery_id)::text placing '0' from 36)::uuid as notification_id
    from unnest(:tenants::uuid[], :providers::uuid[], :deliveries::uuid[], :message_ids::text[], :wants_address::boolean[]) with ordinality as g(tenant_id, provider_id, delivery_id, message_id, wants_address, ord)
    left join lateral (
        select (array_agg(a.delivery_id order by a.delivery_id desc))[1] as delivery_id, (array_agg(a.provider_id order by a.delivery_id desc))[1] as provider_id
        from attempts a
        where g.delivery_id is null and a.provider_message_id = g.message_id and right(a.delivery_id::text, 1) = '{channel.whats_app}'
          and (a.provider_id = g.provider_id or a.provider_id in (
              select s.id from providers p join providers s on s.tenant_id = p.tenant_id and s.type = p.type
              where p.tenant_id = g.tenant_id and p.id = g.provider_id and p.type = any (:sibling_types)))
          and a.tenant_id = g.tenant_id and a.delivery_id >= :oldest
    ) by_message on true
    left join lateral (
        select a.provider_id from attempts a
        where g.delivery_id is not null and right(g.delivery_id::text, 1) = '{channel.whats_app}' and a.delivery_id = g.delivery_id and a.tenant_id = g.tenant_id
          and (a.provider_id = g.provider_id or a.provider_id in (
              select s.id from providers p join providers s on s.tenant_id = p.tenant_id and s.type = p.type
              where p.tenant_id = g.tenant_id and p.id = g.provider_id and p.type = any (:sibling_types)))
        order by (a.provider_id = g.provider_id) desc, a.number desc limit 1
    ) by_sibling on true
),
held as materialized (
    select d.id, d.status, d.ambiguous, d.timeline_seq, d.provider_message_id, d.failure_kind, d.failure_code, d.failure_message
    from (select distinct delivery_id, tenant_id from target where delivery_id is not null order by delivery_id, tenant_id) asked
    -- A fence: a probe of the primary key for each.
    cross join lateral (
        select h.* from deliveries h where h.tenant_id = asked.tenant_id and h.id = asked.delivery_id and h.status <> {status.sending} offset 0 for update skip locked) d
)
select t.ord::int as place, known.id, held.id is not null as is_held, held.status, held.ambiguous, held.timeline_seq, held.provider_message_id,
    held.failure_kind, held.failure_code, held.failure_message,
    -- Only what was given to the provider is its to report on. A call whose worker was lost names no provider.
    exists (
        select from attempts a
        where a.delivery_id = known.id and a.tenant_id = t.tenant_id and (a.provider_id = t.provider_id or (a.provider_id is null and a.outcome = {outcome.ambiguous}))) as is_theirs,
    case when t.wants_address then (
        select case get_byte(uuid_send(known.id), 15) & 15
            when {channel.email} then n.recipient->>'email' when {channel.sms} then n.recipient->>'phone' when {channel.whats_app} then coalesce(n.recipient->>'whatsapp', n.recipient->>'phone')
            -- Of several devices nobody knows which one it was.
            when {channel.push} then case when n.recipient->'deviceTokens'->1 is null then n.recipient->'deviceTokens'->>0 end end
        from notifications n where n.id = t.notification_id and n.tenant_id = t.tenant_id and known.id is not null) end as address,
    p.channel, p.name as provider, known.live
from target t
left join lateral (select d.id, d.live from deliveries d where d.id = t.delivery_id and d.tenant_id = t.tenant_id offset 0) known on true
left join held on held.id = known.id
left join lateral (select q.channel, q.name from providers q where q.tenant_id = t.tenant_id and q.id = t.provider_id offset 0) p on true
