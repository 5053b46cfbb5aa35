-- Those of some notifications that accounts of one mode sent. :tenant, :ids, :live. Relies on the primary key.
-- OFFSET 0 is a fence: a probe per id, without the mode, which would invite the index that the list walks.
select n.id
from unnest(:ids::uuid[]) as asked(id)
cross join lateral (select m.id, m.live from notifications m where m.id = asked.id and m.tenant_id = :tenant offset 0) n
where n.live = :live
