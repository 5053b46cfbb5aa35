-- A batch with its exact counts, whatever its size: what workers gathered, and what was added since. Statuses below 0 count chunks and what was
-- said of their items. :tenant, :id
select b.state, b.live, b.reference, b.created_at, b.closed_at, b.ended_at, p.rate, p.eta,
    (select json_object_agg(status, n) from (
        select status, sum(n)::bigint as n from (
            select c.status, c.n from batch_counts c where c.tenant_id = :tenant and c.batch_id = :id
            union all
            select g.status, g.delta from batch_changes g where g.tenant_id = :tenant and g.batch_id = :id) counted
        group by status having sum(n) <> 0) summed) as counts
from batches b
cross join lateral notification_meta.batch_pace(:tenant, :id, null, null, null) p
where b.tenant_id = :tenant and b.id = :id
