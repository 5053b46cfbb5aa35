-- A page of a mode's people, the newest first. Walks recipients_listed (tenant_id, live, id), no more than :max_rows rows of it, and tries them on what is asked for.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- :tenant, :live, :before_id the id before which to go on, :max_rows to look at, :query in small letters or null, :tag or null, :offset, :take
with looked as materialized (
    select r.id, r.user_id, r.name, r.email, r.phone, r.whatsapp, r.tags from recipients r
    where r.id is not null and r.tenant_id = :tenant and r.live = :live and r.id < :before_id
    order by r.tenant_id desc, r.live desc, r.id desc limit :max_rows
),
matching as materialized (
    select id, user_id from looked
    where (:tag::text is null or :tag = any (tags))
      and (:query::text is null or strpos(lower(concat_ws(e'\n', user_id, name, email, phone, whatsapp)), :query) > 0)
    order by id desc limit :offset::int + :take::int
),
hit as materialized (select id, user_id from matching order by id desc offset :offset limit :take)
select (select count(*) from matching) as hits, (select count(*) from looked) as looked_at, (select id from looked order by id limit 1) as last_looked_at,
    hit.id, hit.user_id
from (values (1)) one
left join hit on true
order by hit.id desc
