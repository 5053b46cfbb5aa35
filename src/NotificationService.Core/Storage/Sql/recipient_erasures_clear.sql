-- Takes a person who is to be erased out of the directory, with the devices, and keeps the addresses for as long as the erasure takes. Of a live one the person of test accounts goes as
-- well. :tenant, :id, :live, :user_id
with person as materialized (
    select r.live, r.email, r.phone, r.whatsapp, array(
        select v.token from recipient_devices v where v.tenant_id = :tenant and v.live = r.live and v.user_id = :user_id) as tokens
    from recipients r where r.tenant_id = :tenant and r.user_id = :user_id and (r.live = :live or r.live = false)
),
known as (
    select a.address from person cross join lateral (
        select lower(person.email collate "C") as address union all select person.phone union all select person.whatsapp union all select unnest(person.tokens)) a
    where a.address is not null
),
gone as (
    delete from recipients r using person p where r.tenant_id = :tenant and r.live = p.live and r.user_id = :user_id returning 1
)
update recipient_erasures e set
    addresses = array(select address from (select unnest(e.addresses) as address union select address from known) a limit 2000),
    counts = notification_meta.counted(e.counts, 'directory', (select count(*)::int from gone))
where e.tenant_id = :tenant and e.id = :id
