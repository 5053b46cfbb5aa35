-- A page of the suppressions that count now, the newest first.
-- Walks suppressions_listed (tenant_id, id) include (channel, reason, expires_at), no more than $3 rows of it, without its table.
-- One row at least: the first three columns show how many match as far as the page needed, how many were looked at, and where that ended.
--
-- $1 tenant, $2 the id before which to go on, $3 most rows to look at, $4 now, $5 channel or null, $6 reason or null, $7 rows to leave out, $8 most rows
with looked as materialized (
    select s.id, s.channel, s.reason, s.expires_at from suppressions s
    where s.tenant_id = $1 and s.id < $2
    order by s.tenant_id desc, s.id desc limit $3
),
matching as materialized (
    select id from looked
    where (expires_at is null or expires_at > $4) and ($5::smallint is null or channel = $5) and ($6::smallint is null or reason = $6)
    order by id desc limit $7 + $8
),
hit as materialized (select id from matching order by id desc offset $7 limit $8)
select (select count(*) from matching), (select count(*) from looked), (select id from looked order by id limit 1),
    s.id, s.channel, s.address, s.reason, s.provider_id, s.delivery_id, s.code, s.created_at, s.expires_at
from (values (1)) one
left join hit on true
left join lateral (select * from suppressions s where s.tenant_id = $1 and s.id = hit.id limit 1) s on true
order by s.id desc
