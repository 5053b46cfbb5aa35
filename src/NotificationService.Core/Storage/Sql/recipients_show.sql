-- What the directory has of some people, each with the devices as JSON and the address that the person's own sign-in has confirmed. :tenant, :live, :user_ids
select r.user_id, r.id, r.name, r.email, r.phone, r.whatsapp, r.locale, r.timezone, r.attributes, r.tags, r.created_at, r.updated_at, d.devices, u.confirmed_email
from unnest(:user_ids::text[]) as asked(user_id)
cross join lateral (select * from recipients p where p.tenant_id = :tenant and p.live = :live and p.user_id = asked.user_id limit 1) r
left join lateral (
    select json_agg(json_build_object('id', v.id, 'kind', v.kind, 'token', v.token, 'lastSeenAt', v.last_seen_at) order by v.last_seen_at desc, v.id desc) as devices
    from recipient_devices v where v.tenant_id = :tenant and v.live = :live and v.user_id = asked.user_id
) d on true
left join lateral (
    select s.email as confirmed_email from users s where s.tenant_id = :tenant and s.user_id = asked.user_id and s.email_confirmed_at is not null limit 1
) u on true
