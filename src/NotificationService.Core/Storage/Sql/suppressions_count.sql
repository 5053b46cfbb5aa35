-- How many suppressions that count now are among the newest :max, from suppressions_listed (tenant_id, id) include (channel, reason, expires_at) alone.
-- Answers how many were looked at, and how many of them match. :tenant, :max to count, :now, :channel or null, :reason or null
select count(*) as looked_at, count(*) filter (
    where (expires_at is null or expires_at > :now) and (:channel::smallint is null or channel = :channel) and (:reason::smallint is null or reason = :reason)) as hits
from (
    select s.channel, s.reason, s.expires_at from suppressions s where s.tenant_id = :tenant and s.id <= 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid order by s.tenant_id desc, s.id desc limit :max) counted
