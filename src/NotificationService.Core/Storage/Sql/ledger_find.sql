-- How many deliveries of a tenant were accepted in a stretch of time and where they stand now: a row for each channel and status, what has no end yet as pending. In
-- one snapshot: whole hours by what workers gathered and what was added since, the parts of hours at both ends by their deliveries.
-- A row without a channel says of an end, by its place from 1, that it has more deliveries than are looked at.
--
-- :tenant, :modes boolean[], :from_hour and :before_hour whole hours, :first_ids and :before_ids uuid[] the ends, side by side, :max to look at of each end
-- Relies on the primary keys of ledger_counts and deliveries and on ledger_changes_hour.
with looked as materialized (
    select edge.place, d.live, d.channel, d.status
    from unnest(:first_ids::uuid[], :before_ids::uuid[]) with ordinality as edge(first_id, before_id, place)
    cross join lateral (
        select v.live, v.channel, v.status from deliveries v
        where v.tenant_id = :tenant and v.id >= edge.first_id and v.id < edge.before_id order by v.tenant_id, v.id limit :max + 1) d
)
select counted.channel, counted.status, sum(counted.accepted)::bigint as accepted, sum(counted.n)::bigint as n
from (
    select c.channel, c.status, c.accepted, c.n from ledger_counts c
    where c.tenant_id = :tenant and c.hour >= :from_hour and c.hour < :before_hour and c.live = any (:modes)
    union all
    select g.channel, g.status, g.accepted, g.delta from ledger_changes g
    where g.tenant_id = :tenant and g.hour >= :from_hour and g.hour < :before_hour and g.live = any (:modes)
    union all
    select looked.channel, case when looked.status < {status.sent} then {tally.pending} else looked.status end, 1, 1 from looked where looked.live = any (:modes)) counted
group by counted.channel, counted.status
union all
select null, place::smallint, 0, count(*) from looked group by place having count(*) > :max
