-- A page of a tenant's notifications, the newest first, each with its deliveries.
--
-- One index is walked, of each mode asked for, and no more than $4 rows of it: newest notifications_tenant, reference notifications_reference, user
-- notifications_user, template notifications_template, batch notifications_batch, ended deliveries_ended_badly. Lines between "when" and "end" belong
-- to the lists that are named there and are left out of the others' statement (SqlText): to begin a plan costs by its size. exact: every row of the
-- index is an item, and nothing but the index is read for those before the page. filtered: what else is asked is tried on the rows of the walk; a caller
-- that wants more goes on from the last. Ids are UUIDv7: the bounds $2 and $3 pick the partitions.
--
-- Each walk is ordered by the columns that precede the id as well: only the index meant has that order, so that the planner cannot take another,
-- whatever it knows of the table. "live >=" states the condition of notifications_tenant, which look-ups by key do not. Ids of deliveries are computed in
-- a materialized step: a value from a function that may leak is never looked up in an index under row level security.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most rows to look at, $5 modes, $6 reference, $7 status, $8 channel, $9 template key, $10 category,
-- $11 priority, $12 userId, $13 offset, $14 most items, $15 batch
with template as materialized (
    -- An archived template gives its key back: of very many that had it, the newest.
    select t.id from templates t where $9::text is not null and t.tenant_id = $1 and t.key = $9 order by t.key desc, t.id desc limit 20
),
walk as materialized (
    -- when notifications
    -- A batch has one mode.
    -- when batch
    select n.* from (values (true)) as mode(live)
    -- end
    -- when by_mode
    select n.* from unnest($5::boolean[]) as mode(live)
    -- end
    -- when template
    cross join template
    -- end
    cross join lateral (
        select n.id
            -- when filtered
            , n.id as mark, ($6::text is null or n.reference = $6) and ($10::text is null or n.category = $10) and ($11::smallint is null or n.priority = $11)
            and ($12::text is null or n.user_id = $12) and ($9::text is null or n.template_id in (select id from template))
            -- when batch
            and n.live = any ($5::boolean[])
            -- end
            as fits
            -- end
        from notifications n
        where n.tenant_id = $1 and n.id >= $2 and n.id < $3
            -- when newest
            and n.live >= mode.live
            -- end
            -- when reference
            and n.reference = $6
            -- end
            -- when user
            and n.user_id = $12
            -- end
            -- when template
            and n.template_id = template.id
            -- end
            -- when by_mode
            and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
            -- end
            -- when batch
            and n.batch_id is not null and (n.batch_id, n.id) < ($15::uuid, $3) and (n.batch_id, n.id) >= ($15::uuid, $2)
            -- end
        order by
            -- when batch
            n.batch_id desc,
            -- end
            -- when by_mode
            n.live desc,
            -- end
            n.id desc limit $4) n
    order by n.id desc
    -- when exact
    offset $13 limit $14
    -- end
    -- when filtered
    limit $4
    -- end
    -- end
    -- when ended
    -- Of one notification several deliveries may have ended so, of one channel one.
    select overlay(d.id::text placing '0' from 36)::uuid as id, case when $8::smallint is null then overlay(d.id::text placing '0' from 36)::uuid else d.id end as mark, d.channel
    from unnest($5::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel from deliveries d
        where d.tenant_id = $1 and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ($7::smallint, mode.live, $3) and (d.status, d.live, d.id) >= ($7::smallint, mode.live, $2)
        order by d.status desc, d.live desc, d.id desc limit $4) d
    order by d.id desc limit $4
    -- end
),
-- when filtered
hit as materialized (
    -- when notifications
    select w.id from walk w
    where w.fits and (($7::smallint is null and $8::smallint is null) or exists (
        select from (select overlay(w.id::text placing 'f' from 36)::uuid as id offset 0) last
        cross join lateral (
            select from deliveries d
            where d.id > w.id and d.id <= last.id and d.tenant_id = $1 and ($7::smallint is null or d.status = $7) and ($8::smallint is null or d.channel = $8)
            limit 1) d))
    -- end
    -- when ended
    select w.id from (select distinct id from walk where $8::smallint is null or channel = $8) w
    -- when by_row
    cross join lateral (select n.template_id, n.category, n.priority from notifications n where n.id = w.id and n.tenant_id = $1 limit 1) n
    where ($10::text is null or n.category = $10) and ($11::smallint is null or n.priority = $11) and ($9::text is null or n.template_id in (select id from template))
    -- end
    -- end
    order by w.id desc limit $13 + $14
),
-- end
page as materialized (
    -- when exact
    select id, overlay(id::text placing 'f' from 36)::uuid as last from walk
    -- end
    -- when filtered
    select id, overlay(id::text placing 'f' from 36)::uuid as last from hit order by id desc offset $13 limit $14
    -- end
)
select
    -- when exact
    null::bigint, null::bigint, null::uuid,
    -- end
    -- when filtered
    (select count(*) from hit), (select count(*) from walk), (select w.mark from walk w order by w.mark limit 1),
    -- end
    n.id, n.live, t.key, n.template_version, n.category, n.reference, n.priority, n.recipient, n.send_at, n.expires_at, n.created_at,
    d.id, d.status, d.due_at, d.provider_id, p.name, d.failure_kind, d.failure_code, d.failure_message
from (select 1) always
left join page on true
left join lateral (select * from notifications n where n.id = page.id and n.tenant_id = $1 limit 1) n on true
left join lateral (select t.key from templates t where t.tenant_id = $1 and t.id = n.template_id limit 1) t on true
left join lateral (select * from deliveries d where d.id > page.id and d.id <= page.last and d.tenant_id = $1 order by d.id limit 15) d on true
left join lateral (select p.name from providers p where p.tenant_id = $1 and p.id = d.provider_id limit 1) p on true
order by n.id desc, d.id
