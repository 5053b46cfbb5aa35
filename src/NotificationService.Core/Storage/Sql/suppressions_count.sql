-- How many suppressions that count now are among the newest $2, from suppressions_listed (tenant_id, id) include (channel, reason, expires_at) alone.
-- Answers how many were looked at, and how many of them match. $1 tenant, $2 most to count, $3 now, $4 channel or null, $5 reason or null
select count(*), count(*) filter (
    where (expires_at is null or expires_at > $3) and ($4::smallint is null or channel = $4) and ($5::smallint is null or reason = $5))
from (
    select s.channel, s.reason, s.expires_at from suppressions s where s.tenant_id = $1 and s.id <= 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid order by s.tenant_id desc, s.id desc limit $2) counted
