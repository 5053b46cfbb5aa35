-- How many dead letters there are among the newest $4 failed deliveries, from deliveries_ended_badly alone. Those of a chain are
-- counted apart: whether they are dead letters only the rest of their chain tells.
-- Answers how many were looked at, how many of them match, and how many more match and are of a chain.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most to count, $5 channel, $6 failure kind
select count(*), count(*) filter (where matches and chain = 0), count(*) filter (where matches and chain > 0)
from (
    select d.chain, ($5::smallint is null or d.channel = $5) and ($6::smallint is null or d.failure_kind = $6) as matches from deliveries d
    where d.tenant_id = $1 and d.status >= 70 and (d.status, d.id) < (73::smallint, $3) and (d.status, d.id) >= (73::smallint, $2)
    order by d.status desc, d.id desc limit $4) counted
