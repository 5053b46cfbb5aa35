-- Those of some notifications that accounts of one mode sent. $1 tenant, $2 ids, $3 whether live. Relies on the primary key.
-- OFFSET 0 is a fence: a probe per id, without the mode, which would invite the index that the list walks.
select n.id
from unnest($2::uuid[]) as asked(id)
cross join lateral (select m.id, m.live from notifications m where m.id = asked.id and m.tenant_id = $1 offset 0) n
where n.live = $3
