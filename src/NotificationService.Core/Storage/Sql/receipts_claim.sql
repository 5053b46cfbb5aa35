-- Locks up to $1 pending receipts that are due, of whichever tenants, for the rest of the transaction, and tells the time.
-- Relies on receipts_pending (next_try_at) where state = 1. Two workers at once: each takes what the other has not locked.
-- Dies after it: the lock goes with the connection, and the receipts are pending as before.
select r.tenant_id, r.provider_id, r.dedupe_hash, r.id, r.delivery_id, r.provider_message_id, r.kind, r.occurred_at, r.received_at,
    r.code, r.message, r.address, r.url, r.flags, clock_timestamp()
from receipts r
where r.state = 1 and r.next_try_at <= (select clock_timestamp())
order by r.next_try_at limit $1
for update skip locked
