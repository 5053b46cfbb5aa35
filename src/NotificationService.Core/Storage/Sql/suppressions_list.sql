-- A page of the suppressions that count now, the newest first.
-- Walks suppressions_listed (tenant_id, id) include (channel, reason, expires_at), no more than :max_rows rows of it, without its table.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- :tenant, :before_id the id before which to go on, :max_rows to look at, :now, :channel or null, :reason or null, :offset, :take
with looked as materialized (
    select s.id, s.channel, s.reason, s.expires_at from suppressions s
    where s.tenant_id = :tenant and s.id < :before_id
    order by s.tenant_id desc, s.id desc limit :max_rows
),
matching as materialized (
    select id from looked
    where (expires_at is null or expires_at > :now) and (:channel::smallint is null or channel = :channel) and (:reason::smallint is null or reason = :reason)
    order by id desc limit :offset::int + :take::int
),
hit as materialized (select id from matching order by id desc offset :offset limit :take)
select (select count(*) from matching) as hits, (select count(*) from looked) as looked_at, (select id from looked order by id limit 1) as last_looked_at,
    s.id, s.channel, s.address, s.reason, s.scope, s.provider_id, s.delivery_id, s.code, s.created_at, s.expires_at
from (values (1)) one
left join hit on true
left join lateral (select * from suppressions s where s.tenant_id = :tenant and s.id = hit.id limit 1) s on true
order by s.id desc
