-- The timeline of one notification's deliveries: the key range from its id (:notification) to its largest delivery id (:last_delivery). :tenant.
select 4 as row_kind, t.delivery_id, t.seq, t.status, t.at, t.detail
from timeline t
where t.delivery_id > :notification and t.delivery_id <= :last_delivery and t.tenant_id = :tenant
-- A delivery's own rows stand in their order, whichever of several clocks wrote them.
order by max(t.at) over (partition by t.delivery_id order by t.seq), t.delivery_id, t.seq
