-- A page of a tenant's failed deliveries, the newest notification first; of each page also how many there are.
-- One of a chain is none while another of it may still reach the recipient, or has.
-- No more than $4 are looked at. Relies on deliveries_ended_badly (tenant_id, status, id) where status >= 70.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most candidates, $5 channel, $6 failure kind, $7 failure code, $8 offset, $9 most items
with candidate as materialized (
    select d.id, d.channel, d.failure_kind, d.failure_code, d.chain from deliveries d
    where d.tenant_id = $1 and d.status = 73 and d.status >= 70 and d.id >= $2 and d.id < $3
    order by d.id desc limit $4
),
hit as materialized (
    select id from candidate
    where ($5::smallint is null or channel = $5) and ($6::smallint is null or failure_kind = $6) and ($7::text is null or failure_code = $7)
      and (chain = 0 or not exists (
          select from deliveries s
          where s.id > overlay(candidate.id::text placing '0' from 36)::uuid and s.id <= overlay(candidate.id::text placing 'f' from 36)::uuid and s.tenant_id = $1 and s.chain > 0 and s.status < 70))
),
page as materialized (
    select id, overlay(id::text placing '0' from 36)::uuid as notification_id from hit order by id desc offset $8 limit $9
)
select (select count(*) from hit), (select count(*) from candidate), (select c.id from candidate c order by c.id limit 1),
    d.id, n.reference, t.key, n.template_version, n.priority, d.attempts, d.ambiguous, d.provider_id, p.name,
    d.failure_kind, d.failure_code, d.failure_message, n.created_at, s.at
from (select 1) always
left join page on true
left join deliveries d on d.id = page.id and d.tenant_id = $1
left join notifications n on n.id = page.notification_id and n.tenant_id = $1
left join templates t on t.tenant_id = n.tenant_id and t.id = n.template_id
left join providers p on p.tenant_id = d.tenant_id and p.id = d.provider_id
left join timeline s on s.delivery_id = d.id and s.seq = d.timeline_seq and s.tenant_id = $1
order by d.id desc
