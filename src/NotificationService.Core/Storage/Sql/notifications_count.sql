-- How many notifications a list has, from its index alone ($5 as in notifications_list.sql); counts no further than $4.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most to count, $5 index, $6 modes, $7 reference, $8 userId, $9 template key, $10 batch
with template as materialized (
    select t.id from templates t where $9::text is not null and t.tenant_id = $1 and t.key = $9 order by t.key desc, t.id desc limit 20
)
select count(*) from (
    (select from unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select from notifications n
         where $5 = 0 and n.tenant_id = $1 and n.live >= mode.live and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2) and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     limit $4)
    union all
    (select from unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select from notifications n
         where $5 = 1 and n.tenant_id = $1 and n.reference = $7 and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
           and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     limit $4)
    union all
    (select from unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select from notifications n
         where $5 = 4 and n.tenant_id = $1 and n.user_id = $8 and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
           and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     limit $4)
    union all
    (select from template cross join unnest($6::boolean[]) as mode(live)
     cross join lateral (
         select from notifications n
         where $5 = 5 and n.tenant_id = $1 and n.template_id = template.id and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
           and n.id >= $2 and n.id < $3
         order by n.live desc, n.id desc limit $4) n
     limit $4)
    union all
    (select from notifications n
     where $5 = 3 and n.tenant_id = $1 and n.batch_id is not null and (n.batch_id, n.id) < ($10::uuid, $3) and (n.batch_id, n.id) >= ($10::uuid, $2) and n.id >= $2 and n.id < $3
     order by n.batch_id desc, n.id desc limit $4)) counted
