-- How many dead letters there are among the newest :max_rows failed deliveries, from deliveries_ended_badly alone. Those of a chain are
-- counted apart: whether they are dead letters only the rest of their chain shows.
-- Answers how many were looked at, how many of them match, and how many more match and are of a chain.
--
-- :tenant, :from_id the smallest id, :before_id the first id no more, :max_rows to count, :modes, :channel, :failure_kind
select count(*) as looked_at, count(*) filter (where matches and chain = 0) as hits, count(*) filter (where matches and chain > 0) as of_chains
from (
    select d.chain, d.matches from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select d.chain, (:channel::smallint is null or d.channel = :channel) and (:failure_kind::smallint is null or d.failure_kind = :failure_kind) as matches from deliveries d
        where d.tenant_id = :tenant and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ({status.failed}::smallint, mode.live, :before_id) and (d.status, d.live, d.id) >= ({status.failed}::smallint, mode.live, :from_id)
        order by d.status desc, d.live desc, d.id desc limit :max_rows) d
    limit :max_rows) counted
