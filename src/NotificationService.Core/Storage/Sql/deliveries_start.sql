-- Writes the intent to call a provider, just before the calls, and by that checks the lease one last time.
-- Whoever is not returned has lost its lease, or has too little of it left for a whole call, or its batch was cancelled or is held: it must not be called.
--
-- $1 uuid[] ids, $2 uuid[] their leases, $3 interval what a call and its result may take
--
-- call_started_at and attempts stand in no index: the update is HOT where the page has room.
-- Dies after it: a call may have happened; the rescuer records the attempt as ambiguous.
update deliveries d
set call_started_at = clock_timestamp(), attempts = d.attempts + 1
from unnest($1::uuid[], $2::uuid[]) as i(id, lease)
-- A fence, as in deliveries_complete.
cross join lateral (
    select h.ctid from deliveries h
    where h.id = i.id and h.lease_owner = i.lease and h.lease_until > clock_timestamp() + $3
      and (h.batch_id is null or not notification_meta.is_batch_stopped(h.tenant_id, h.batch_id)) offset 0) held_row
where d.ctid = held_row.ctid
returning d.id, d.call_started_at
