-- Removes notices that nobody could send for so long that they are of no use any more; says how many. Index: notices_age.
-- :before, :max
with old as materialized (
    select n.ctid as place from notices n where n.created_at < :before order by n.created_at limit :max for update of n skip locked
),
gone as (
    delete from notices n where n.ctid = any (array(select place from old)) returning 1
)
select count(*)::int as removed from gone
