-- When each of one notification's deliveries was first opened and clicked: the key range from its id (:notification) to its largest delivery id (:last_delivery). :tenant.
select 5 as row_kind, e.delivery_id, min(e.at) filter (where e.kind = {receipt_kind.opened}) as opened_at, min(e.at) filter (where e.kind = {receipt_kind.clicked}) as clicked_at
from engagements e
where e.delivery_id > :notification and e.delivery_id <= :last_delivery and e.tenant_id = :tenant and e.kind in ({receipt_kind.opened}, {receipt_kind.clicked})
group by e.delivery_id
