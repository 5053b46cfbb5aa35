-- Counts that a delivery is about to be prepared alone, before that begins, and takes it back once that was survived. No row: its lease is lost.
-- $1 id, $2 lease, $3 smallint the count, $4 tenant
--
-- Written outright, so that twice is once. OFFSET 0 is a fence, as in deliveries_complete; the count stands in no index: the update is HOT where there is room.
-- Dies after it: whoever rescues the delivery finds that nothing but it was being prepared.
update deliveries d
set rescues = $3
from (
    select h.ctid from deliveries h
    where h.tenant_id = $4 and h.id = $1 and h.lease_owner = $2 and h.lease_until > clock_timestamp()
    offset 0) held_row
where d.ctid = held_row.ctid
returning d.id
