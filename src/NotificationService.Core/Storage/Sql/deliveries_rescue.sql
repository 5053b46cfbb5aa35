-- Takes over up to $1 deliveries whose lease has run out. Any node may; the takeover is itself a claim: it has another
-- lease, so whatever the former holder still writes changes nothing, and if the rescuer dies its lease runs out too.
--
-- $2 interval lease, $3 uuid the new lease, the fencing token
-- Relies on deliveries_leased (lease_until) where status = 30; the oldest first, so none starves behind long live leases.
with dead as materialized (
    select ctid as place, call_started_at from deliveries where status = {status.sending} and lease_until < (select clock_timestamp())
    order by lease_until limit $1 for update skip locked
)
update deliveries d
set claims = d.claims + 1, lease_until = clock_timestamp() + $2, lease_owner = $3
-- By its place, as in deliveries_claim.
from dead
where d.ctid = dead.place
returning d.id, d.tenant_id, d.priority, d.channel, d.claims, d.attempts, d.retried_from, d.timeline_seq, d.rescues, d.ambiguous, d.due_at,
    d.expires_at, dead.call_started_at, clock_timestamp() as claimed_at, d.provider_id, d.batch_id, d.devices
