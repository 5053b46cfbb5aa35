-- A page of a tenant's notifications, the newest first, each with its deliveries.
--
-- One index is walked ($5: 0 notifications_tenant, 1 notifications_reference, 2 deliveries_ended_badly, 3 notifications_batch, 4 notifications_user,
-- 5 notifications_template), of each mode asked for, and no more than $4 rows of it. What else is asked is tried on those rows; a caller that
-- wants more goes on from the last. Ids are UUIDv7: the bounds $2 and $3 pick the partitions.
--
-- Each walk is ordered by the columns that precede the id as well: only the index meant has that order, so that the planner cannot
-- take another, whatever it knows of the table. "live >=" states the condition of notifications_tenant, which look-ups by key do not. Ids of deliveries are computed in a materialized step: a value from a function that may leak
-- is never looked up in an index under row level security.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most rows to look at, $5 index, $6 modes, $7 reference, $8 status, $9 channel, $10 template key,
-- $11 category, $12 priority, $13 userId, $14 offset, $15 most items, $16 batch
with template as materialized (
    -- An archived template gives its key back: of very many that had it, the newest.
    select t.id from templates t where $10::text is not null and t.tenant_id = $1 and t.key = $10 order by t.key desc, t.id desc limit 20
),
walk as materialized (
    (select n.* from unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select n.id, n.live, n.template_id, n.category, n.priority, n.user_id, n.reference, null::smallint as channel from notifications n
         where $5 = 0 and n.tenant_id = $1 and n.live >= mode.live and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2) and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     order by n.id desc limit $4)
    union all
    (select n.* from unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select n.id, n.live, n.template_id, n.category, n.priority, n.user_id, n.reference, null::smallint from notifications n
         where $5 = 1 and n.tenant_id = $1 and n.reference = $7 and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
           and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     order by n.id desc limit $4)
    union all
    (select n.* from unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select n.id, n.live, n.template_id, n.category, n.priority, n.user_id, n.reference, null::smallint from notifications n
         where $5 = 4 and n.tenant_id = $1 and n.user_id = $13 and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
           and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     order by n.id desc limit $4)
    union all
    (select n.* from template cross join unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select n.id, n.live, n.template_id, n.category, n.priority, n.user_id, n.reference, null::smallint from notifications n
         where $5 = 5 and n.tenant_id = $1 and n.template_id = template.id and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
           and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     order by n.id desc limit $4)
    union all
    (select n.id, n.live, n.template_id, n.category, n.priority, n.user_id, n.reference, null::smallint from notifications n
     where $5 = 3 and n.tenant_id = $1 and n.batch_id is not null and (n.batch_id, n.id) < ($16, $3) and (n.batch_id, n.id) >= ($16, $2) and n.id >= $2 and n.id < $3
     order by n.batch_id desc, n.id desc limit $4)
    union all
    -- Of one notification several deliveries may have ended so.
    (select overlay(d.id::text placing '0' from 36)::uuid, null, null, null, null, null, null, d.channel from (
         select d.id, d.channel from deliveries d
         where $5 = 2 and d.tenant_id = $1 and d.status >= 70 and (d.status, d.id) < ($8::smallint, $3) and (d.status, d.id) >= ($8::smallint, $2)
         order by d.status desc, d.id desc limit $4) d)
),
hit as materialized (
    (select w.id from walk w
     where $5 <> 2 and ($7::text is null or w.reference = $7) and ($11::text is null or w.category = $11) and ($12::smallint is null or w.priority = $12)
       and ($13::text is null or w.user_id = $13) and ($10::text is null or w.template_id in (select id from template)) and w.live = any ($6::boolean[])
       and (($8::smallint is null and $9::smallint is null) or exists (
           select from (select overlay(w.id::text placing 'f' from 36)::uuid as id offset 0) last
           cross join lateral (
               select from deliveries d
               where d.id > w.id and d.id <= last.id and d.tenant_id = $1 and ($8::smallint is null or d.status = $8) and ($9::smallint is null or d.channel = $9)
               limit 1) d))
     order by w.id desc limit $14 + $15)
    union all
    (select w.id from (select distinct id from walk where $5 = 2 and ($9::smallint is null or channel = $9)) w
     cross join lateral (select n.live, n.template_id, n.category, n.priority from notifications n where n.id = w.id and n.tenant_id = $1 limit 1) n
     where n.live = any ($6::boolean[]) and ($11::text is null or n.category = $11) and ($12::smallint is null or n.priority = $12)
       and ($10::text is null or n.template_id in (select id from template))
     order by w.id desc limit $14 + $15)
),
page as materialized (
    select id, overlay(id::text placing 'f' from 36)::uuid as last from hit order by id desc offset $14 limit $15
)
select (select count(*) from hit), (select count(*) from walk), (select w.id from walk w order by w.id limit 1),
    n.id, n.live, t.key, n.template_version, n.category, n.reference, n.priority, n.recipient, n.send_at, n.expires_at, n.created_at,
    d.id, d.status, d.due_at, d.provider_id, p.name, d.failure_kind, d.failure_code, d.failure_message
from (select 1) always
left join page on true
left join lateral (select * from notifications n where n.id = page.id and n.tenant_id = $1 limit 1) n on true
left join lateral (select t.key from templates t where t.tenant_id = $1 and t.id = n.template_id limit 1) t on true
left join lateral (select * from deliveries d where d.id > page.id and d.id <= page.last and d.tenant_id = $1 order by d.id limit 15) d on true
left join lateral (select p.name from providers p where p.tenant_id = $1 and p.id = d.provider_id limit 1) p on true
order by n.id desc, d.id
