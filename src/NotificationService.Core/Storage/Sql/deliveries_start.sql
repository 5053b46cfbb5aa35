-- Writes the intent to call a provider, just before the calls, and by that checks the lease one last time.
-- Whoever is not returned has lost its lease, or has too little of it left for a whole call: it must not be called.
--
-- $1 uuid[] ids, $2 int[] fencing tokens, $3 interval what a call and its result may take
--
-- Relies on the primary key, by the array and not by the join: a plan that is kept must never read more than these rows. A lease
-- stands for status 30; asking for the status would invite the index of all that is leased.
-- call_started_at and attempts stand in no index: the update is HOT where the page has room.
-- Dies after it: a call may have happened; the rescuer records the attempt as ambiguous.
update deliveries d
set call_started_at = clock_timestamp(), attempts = d.attempts + 1
from unnest($1::uuid[], $2::int[]) as i(id, claims)
where d.id = any ($1::uuid[]) and d.id = i.id and d.claims = i.claims
  and d.lease_until > clock_timestamp() + $3
returning d.id, d.call_started_at
