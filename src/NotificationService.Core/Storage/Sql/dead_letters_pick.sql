-- Failed deliveries that may be put back into the queue, the oldest first. Those without an address are left out,
-- and one of a chain while another of it may still reach the recipient, or has.
-- Relies on deliveries_ended_badly (tenant_id, status, id) where status >= 70; looks at no more than ten times $4.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most candidates, $5 channel, $6 failure kind, $7 failure code, $8 most
select id from (
    select d.id, d.channel, d.failure_kind, d.failure_code, d.chain from deliveries d
    where d.tenant_id = $1 and d.status = 73 and d.status >= 70 and d.id >= $2 and d.id < $3
    order by d.id limit 10 * $4) candidate
where failure_kind <> 4 and ($5::smallint is null or channel = $5) and ($6::smallint is null or failure_kind = $6) and ($7::text is null or failure_code = $7)
  and (chain = 0 or not exists (
      select from deliveries s
      where s.id > overlay(candidate.id::text placing '0' from 36)::uuid and s.id <= overlay(candidate.id::text placing 'f' from 36)::uuid and s.tenant_id = $1 and s.chain > 0 and s.status < 70))
order by id limit $8
