-- A batch with its exact counts, whatever its size: what workers gathered, and what was added since. Statuses below 0 count chunks and what was
-- said of their items. $1 tenant, $2 id
select b.state, b.live, b.reference, b.created_at, b.closed_at, b.ended_at, p.rate, p.eta,
    (select json_object_agg(status, n) from (
        select status, sum(n)::bigint as n from (
            select c.status, c.n from batch_counts c where c.tenant_id = $1 and c.batch_id = $2
            union all
            select g.status, g.delta from batch_changes g where g.tenant_id = $1 and g.batch_id = $2) counted
        group by status having sum(n) <> 0) summed) as counts
from batches b
cross join lateral notification_meta.batch_pace($1, $2, null, null, null) p
where b.tenant_id = $1 and b.id = $2
