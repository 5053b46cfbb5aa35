-- Where a tenant's chain begins and ends, and an entry that stands in no chain, if there is one. Without a head: nothing was ever written, or somebody removed it.
-- :tenant
select h.sequence, h.hash, h.anchor_sequence, h.anchor_hash,
    (select a.id from audit_log a where a.tenant_id = :tenant and a.sequence is null order by a.tenant_id, a.sequence limit 1) as unchained_id
from (values (1)) one left join audit_heads h on h.tenant_id = :tenant
