-- How some people are reached, for what is about to be sent to them: one row for each who is known, and one without a person where there is none.
-- Two look-ups by key a person, and one for each device: what a provider says is gone is left out. :tenant, :live, :user_ids
select exists (select from recipient_directories k where k.tenant_id = :tenant and k.live = :live) as has_people,
    found.user_id, found.name, found.email, found.phone, found.whatsapp, found.locale, found.timezone, found.device_tokens
from (values (1)) one
left join (
    select r.user_id, r.name, r.email, r.phone, r.whatsapp, r.locale, r.timezone, d.device_tokens
    from unnest(:user_ids::text[]) as asked(user_id)
    cross join lateral (select * from recipients p where p.tenant_id = :tenant and p.live = :live and p.user_id = asked.user_id limit 1) r
    left join lateral (
        select array_agg(v.token order by v.last_seen_at desc, v.id desc) as device_tokens
        from recipient_devices v
        left join lateral (
            select l.address from suppressions l
            where l.tenant_id = :tenant and l.channel = {channel.push} and l.address_key = v.token_key and l.reason = {suppression.dead_token} and l.scope = 'all' offset 0
        ) s on s.address = v.token
        where v.tenant_id = :tenant and v.live = :live and v.user_id = asked.user_id and s.address is null
    ) d on true
) found on true
