-- Takes a person who is to be erased out of the directory, with the devices, and keeps the addresses for as long as the erasure takes. Of a live one the person of test accounts goes as
-- well. Two look-ups by key. :tenant, :id, :live, :user_id
with person as materialized (
    select r.place, r.email, r.phone, r.whatsapp, array(
        select v.token from recipient_devices v where v.tenant_id = :tenant and v.live = m.live and v.user_id = :user_id) as tokens
    from (select :live::boolean as live union select false) m
    cross join lateral (
        select p.ctid as place, p.email, p.phone, p.whatsapp from recipients p where p.tenant_id = :tenant and p.live = m.live and p.user_id = :user_id limit 1) r
),
known as (
    select a.address from person cross join lateral (
        select lower(person.email collate "C") as address union all select person.phone union all select person.whatsapp union all select unnest(person.tokens)) a
    where a.address is not null
),
gone as (
    delete from recipients r using person where r.ctid = person.place returning 1
)
update recipient_erasures e set
    addresses = array(select address from (select unnest(e.addresses) as address union select address from known) a limit 2000),
    counts = notification_meta.counted(e.counts, 'directory', (select count(*)::int from gone))
where e.tenant_id = :tenant and e.id = :id
