-- Locks some of a tenant's deliveries (:tenant, :deliveries) for the statements that follow in the transaction, which see what whoever held them left.
-- In the order of their ids, so that two such statements never wait for each other in a circle.
select
from (select distinct given.id as asked from unnest(:deliveries::uuid[]) as given(id) order by 1) given
cross join lateral (select from deliveries d where d.tenant_id = :tenant and d.id = given.asked offset 0 for update) locked
