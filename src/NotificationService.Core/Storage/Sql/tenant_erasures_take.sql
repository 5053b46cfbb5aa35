-- An open erasure that no worker is at, the oldest first. Two workers at once: the second passes by.
update tenant_erasures e set worked_until = clock_timestamp() + interval '1 minute'
from (select id from tenant_erasures where finished_at is null and worked_until < clock_timestamp() order by requested_at limit 1 for update skip locked) next
where e.id = next.id
returning e.id, clock_timestamp() - e.requested_at as age
