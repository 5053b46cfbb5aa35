-- A page of a tenant's notifications, the newest first, each with its deliveries; of each page also how many there are.
--
-- No more than $4 notifications are looked at, whatever the filter: the candidates come from the index that fits the
-- filter best ($5: 0 notifications_tenant, 1 notifications_reference, 2 deliveries_ended_badly, 3 notifications_batch) between two ids, which
-- also pick the partitions; what else is asked is tried on each of them by key. (The pairs of tenant and id say nothing
-- new; they keep the planner from walking the primary key through everybody else's.)
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most candidates, $5 driver, $6 whether there is more to try,
-- $7 reference, $8 status, $9 channel, $10 template key, $11 category, $12 priority, $13 userId, $14 offset, $15 most items, $16 batch
with candidate as materialized (
    (select n.id from notifications n
     where $5 = 0 and n.tenant_id = $1 and n.id >= $2 and n.id < $3 and (n.tenant_id, n.id) >= ($1, $2) and (n.tenant_id, n.id) < ($1, $3)
     order by n.id desc limit $4)
    union all
    (select n.id from notifications n
     where $5 = 1 and n.tenant_id = $1 and n.reference = $7 and n.id >= $2 and n.id < $3
     order by n.id desc limit $4)
    union all
    (select n.id from notifications n
     where $5 = 3 and n.tenant_id = $1 and n.batch_id = $16 and n.id >= $2 and n.id < $3
     order by n.id desc limit $4)
    union all
    (select distinct overlay(ended.id::text placing '0' from 36)::uuid
     from (select d.id from deliveries d
           where $5 = 2 and d.tenant_id = $1 and d.status = $8 and d.status >= 70 and d.id >= $2 and d.id < $3
           order by d.id desc limit $4) ended)
),
hit as materialized (
    select candidate.id from (select id, overlay(id::text placing 'f' from 36)::uuid as last from candidate) candidate
    where not $6 or (
        exists (
            select from notifications n
            where n.id = candidate.id and n.tenant_id = $1
              and ($7::text is null or n.reference = $7) and ($11::text is null or n.category = $11)
              and ($12::smallint is null or n.priority = $12) and ($13::text is null or n.recipient ->> 'userId' = $13)
              and ($10::text is null or n.template_id in (select t.id from templates t where t.tenant_id = $1 and t.key = $10)))
        and (($8::smallint is null and $9::smallint is null) or exists (
            select from deliveries d
            where d.id > candidate.id and d.id <= candidate.last and d.tenant_id = $1
              and ($8::smallint is null or d.status = $8) and ($9::smallint is null or d.channel = $9))))
),
page as materialized (
    select id, overlay(id::text placing 'f' from 36)::uuid as last from hit order by id desc offset $14 limit $15
)
select (select count(*) from hit), (select count(*) from candidate), (select c.id from candidate c order by c.id limit 1),
    n.id, n.live, t.key, n.template_version, n.category, n.reference, n.priority, n.recipient, n.send_at, n.expires_at, n.created_at,
    d.id, d.status, d.due_at, d.provider_id, p.name, d.failure_kind, d.failure_code, d.failure_message
from (select 1) always
left join page on true
left join notifications n on n.id = page.id and n.tenant_id = $1
left join templates t on t.tenant_id = n.tenant_id and t.id = n.template_id
left join deliveries d on d.id > page.id and d.id <= page.last and d.tenant_id = $1
left join providers p on p.tenant_id = d.tenant_id and p.id = d.provider_id
order by n.id desc, d.id
