-- How many dead letters there are among the newest $4 failed deliveries, from deliveries_ended_badly alone. Those of a chain are
-- counted apart: whether they are dead letters only the rest of their chain shows.
-- Answers how many were looked at, how many of them match, and how many more match and are of a chain.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most to count, $5 modes, $6 channel, $7 failure kind
select count(*), count(*) filter (where matches and chain = 0), count(*) filter (where matches and chain > 0)
from (
    select d.chain, d.matches from unnest($5::boolean[]) as mode(live)
    cross join lateral (
        select d.chain, ($6::smallint is null or d.channel = $6) and ($7::smallint is null or d.failure_kind = $7) as matches from deliveries d
        where d.tenant_id = $1 and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ({status.failed}::smallint, mode.live, $3) and (d.status, d.live, d.id) >= ({status.failed}::smallint, mode.live, $2)
        order by d.status desc, d.live desc, d.id desc limit $4) d
    limit $4) counted
