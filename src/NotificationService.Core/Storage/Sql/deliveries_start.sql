-- Writes the intent to call a provider, just before the calls, and by that checks the lease one last time.
-- Whoever is not returned has lost its lease, or has too little of it left for a whole call, or its batch was cancelled or is held, or its time was
-- over or another channel of its chain reached the recipient while it stood in line: it must not be called.
--
-- :ids uuid[], :tenants uuid[] whose they are, :leases uuid[] their leases, :longest_call interval what a call and its result may take,
-- :notifications uuid[] their notifications, :last_deliveries uuid[] the largest id that a delivery of each notification may have
-- :batches uuid[] the batches among them, each once, :batch_tenants uuid[] whose they are
--
-- Whether a batch is stopped is asked once for each batch, not for each of its deliveries: the function is dearer than the update.
-- call_started_at and attempts stand in no index: the update is HOT where the page has room.
-- Dies after it: a call may have happened; the rescuer records the attempt as ambiguous.
with stopped as materialized (
    select b.tenant_id, b.batch_id
    from unnest(:batch_tenants::uuid[], :batches::uuid[]) as b(tenant_id, batch_id)
    where notification_meta.is_batch_stopped(b.tenant_id, b.batch_id)
)
update deliveries d
set call_started_at = clock_timestamp(), attempts = d.attempts + 1
from unnest(:ids::uuid[], :leases::uuid[], :notifications::uuid[], :last_deliveries::uuid[], :tenants::uuid[]) as i(id, lease, first_id, last_id, tenant_id)
-- A fence, as in deliveries_complete.
cross join lateral (
    select h.ctid from deliveries h
    where h.tenant_id = i.tenant_id and h.id = i.id and h.lease_owner = i.lease and h.lease_until > clock_timestamp() + :longest_call
      and (h.expires_at is null or h.expires_at > clock_timestamp())
      and (h.batch_id is null or not exists (select from stopped s where s.tenant_id = h.tenant_id and s.batch_id = h.batch_id))
      and (h.chain = 0 or not exists (
          select from deliveries s
          where s.id > i.first_id and s.id <= i.last_id
            and s.tenant_id = i.tenant_id and s.chain > 0 and s.status in ({status.reached})))
      offset 0) held_row
where d.ctid = held_row.ctid
returning d.id, d.call_started_at
