-- The timeline of one notification's deliveries: the key range from its id ($2) to its largest delivery id ($3). $1 tenant.
select 4, t.delivery_id, t.seq, t.status, t.at, t.detail
from timeline t
where t.delivery_id > $2 and t.delivery_id <= $3 and t.tenant_id = $1
-- A delivery's own rows stand in their order, whichever of several clocks wrote them.
order by max(t.at) over (partition by t.delivery_id order by t.seq), t.delivery_id, t.seq
