-- How many of the newest :max people of a mode match. Answers how many were looked at, and how many of them match. :tenant, :live, :max to count, :query in small letters or null, :tag or null
select count(*) as looked_at, count(*) filter (
    where (:tag::text is null or :tag = any (tags))
      and (:query::text is null or strpos(lower(concat_ws(e'\n', user_id, name, email, phone, whatsapp)), :query) > 0)) as hits
from (
    select r.user_id, r.name, r.email, r.phone, r.whatsapp, r.tags from recipients r
    where r.id is not null and r.tenant_id = :tenant and r.live = :live and r.id <= 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid
    order by r.tenant_id desc, r.live desc, r.id desc limit :max) counted
