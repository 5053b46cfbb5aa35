-- Where chains of any tenants stand: every delivery of these notifications, whether a worker has ever held it, and when its calls began.
-- :tenants uuid[] whose they are, :notifications uuid[] notification ids, :last_deliveries uuid[] the largest id that a delivery of each may have
-- OFFSET 0 is a fence: a range of the primary key per notification, whatever the statistics say.
select d.id, d.status, d.chain, d.due_at, d.claims > 0 as was_held,
    (select least(min(a.started_at), d.call_started_at) from attempts a where a.delivery_id = d.id and a.tenant_id = n.tenant_id and a.number > d.retried_from) as first_call
from unnest(:tenants::uuid[], :notifications::uuid[], :last_deliveries::uuid[]) n(tenant_id, id, last_id)
cross join lateral (
    select c.id, c.status, c.chain, c.claims, c.due_at, c.call_started_at, c.retried_from from deliveries c
    where c.id > n.id and c.id <= n.last_id and c.tenant_id = n.tenant_id and c.chain > 0 offset 0) d
