-- A page of a tenant's notifications, the newest first, each with its deliveries.
--
-- One index is walked, of each mode asked for, and no more than :max_rows rows of it: newest notifications_tenant, reference notifications_reference, user
-- notifications_user, template notifications_template, batch notifications_batch, ended deliveries_ended_badly. Lines between "when" and "end" belong
-- to the lists that are named there and are left out of the others' statement (SqlText): to begin a plan costs by its size. exact: every row of the
-- index is an item, and nothing but the index is read for those before the page. filtered: what else is asked is tried on the rows of the walk; a caller
-- that wants more goes on from the last. Ids are UUIDv7: the bounds :from_id and :before_id pick the partitions.
--
-- Each walk is ordered by the columns that precede the id as well: only the index meant has that order, so that the planner cannot take another,
-- whatever it knows of the table. "live >=" states the condition of notifications_tenant, which look-ups by key do not. Ids of deliveries are computed in
-- a materialized step: a value from a function that may leak is never looked up in an index under row level security.
--
-- merged: several walks, sorted. Otherwise there is one, whose order is the list's: 10,000 rows need not be sorted again for the last page. For the same reason
-- the rows of the walk are tried in the order in which they stand there, and no more of them than a page needs; the page itself is ordered by id in any case.
--
-- :tenant, :from_id the smallest id, :before_id the first id no more, :max_rows to look at, :modes, :reference, :status, :channel, :template key, :category,
-- :priority, :user_id, :offset, :take, :batch
with template as materialized (
    -- An archived template gives its key back: of very many that had it, the newest.
    select t.id from templates t where :template::text is not null and t.tenant_id = :tenant and t.key = :template order by t.key desc, t.id desc limit 20
),
walk as materialized (
    -- when notifications
    -- A batch has one mode.
    -- when batch
    select n.* from (values (true)) as mode(live)
    -- end
    -- when merged
    select n.* from unnest(:modes::boolean[]) as mode(live)
    -- end
    -- when one_mode
    select n.* from (select (:modes::boolean[])[1]) as mode(live)
    -- end
    -- when template
    cross join template
    -- end
    cross join lateral (
        select n.id
            -- when filtered
            , n.id as mark, (:reference::text is null or n.reference = :reference) and (:category::text is null or n.category = :category) and (:priority::smallint is null or n.priority = :priority)
            and (:user_id::text is null or n.user_id = :user_id) and (:template::text is null or n.template_id in (select id from template))
            -- when batch
            and n.live = any (:modes::boolean[])
            -- end
            as fits
            -- end
        from notifications n
        where n.tenant_id = :tenant and n.id >= :from_id and n.id < :before_id
            -- when newest
            and n.live >= mode.live
            -- end
            -- when reference
            and n.reference = :reference
            -- end
            -- when user
            and n.user_id = :user_id
            -- end
            -- when template
            and n.template_id = template.id
            -- end
            -- when by_mode
            and (n.live, n.id) < (mode.live, :before_id) and (n.live, n.id) >= (mode.live, :from_id)
            -- end
            -- when batch
            and n.batch_id is not null and (n.batch_id, n.id) < (:batch::uuid, :before_id) and (n.batch_id, n.id) >= (:batch::uuid, :from_id)
            -- end
        order by
            -- when batch
            n.batch_id desc,
            -- end
            -- when by_mode
            n.live desc,
            -- end
            n.id desc limit :max_rows) n
    -- when merged
    order by n.id desc
    -- end
    -- when exact
    offset :offset limit :take
    -- end
    -- when filtered
    limit :max_rows
    -- end
    -- end
    -- when ended
    -- Of one notification several deliveries may have ended so, of one channel one.
    select overlay(d.id::text placing '0' from 36)::uuid as id, case when :channel::smallint is null then overlay(d.id::text placing '0' from 36)::uuid else d.id end as mark, d.channel
    from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel from deliveries d
        where d.tenant_id = :tenant and d.status >= {status.suppressed} and (d.status, d.live, d.id) < (:status::smallint, mode.live, :before_id) and (d.status, d.live, d.id) >= (:status::smallint, mode.live, :from_id)
        order by d.status desc, d.live desc, d.id desc limit :max_rows) d
    order by d.id desc limit :max_rows
    -- end
),
-- when filtered
hit as materialized (
    -- when notifications
    select w.id from walk w
    where w.fits and ((:status::smallint is null and :channel::smallint is null) or exists (
        select from (select overlay(w.id::text placing 'f' from 36)::uuid as id offset 0) last
        cross join lateral (
            select from deliveries d
            where d.id > w.id and d.id <= last.id and d.tenant_id = :tenant and (:status::smallint is null or d.status = :status) and (:channel::smallint is null or d.channel = :channel)
            limit 1) d))
    -- end
    -- when ended
    select w.id from (select distinct id from walk where :channel::smallint is null or channel = :channel) w
    -- when by_row
    cross join lateral (select n.template_id, n.category, n.priority from notifications n where n.id = w.id and n.tenant_id = :tenant limit 1) n
    where (:category::text is null or n.category = :category) and (:priority::smallint is null or n.priority = :priority) and (:template::text is null or n.template_id in (select id from template))
    -- end
    order by w.id desc
    -- end
    limit :offset::int + :take::int
),
-- end
page as materialized (
    -- when exact
    select id, overlay(id::text placing 'f' from 36)::uuid as last from walk
    -- end
    -- when filtered
    select id, overlay(id::text placing 'f' from 36)::uuid as last from hit order by id desc offset :offset limit :take
    -- end
)
select
    -- when exact
    null::bigint as hits, null::bigint as looked_at, null::uuid as last_looked_at,
    -- end
    -- when filtered
    (select count(*) from hit) as hits, (select count(*) from walk) as looked_at, (select w.mark from walk w order by w.mark limit 1) as last_looked_at,
    -- end
    n.id, n.live, t.key as template, n.template_version, n.category, n.reference, n.priority, n.recipient, n.send_at, n.expires_at, n.created_at,
    d.id as delivery_id, d.status, d.due_at, d.provider_id, p.name as provider, d.failure_kind, d.failure_code, d.failure_message
from (select 1) always
left join page on true
left join lateral (select * from notifications n where n.id = page.id and n.tenant_id = :tenant limit 1) n on true
left join lateral (select t.key from templates t where t.tenant_id = :tenant and t.id = n.template_id limit 1) t on true
left join lateral (select * from deliveries d where d.id > page.id and d.id <= page.last and d.tenant_id = :tenant order by d.id limit 15) d on true
left join lateral (select p.name from providers p where p.tenant_id = :tenant and p.id = d.provider_id limit 1) p on true
order by n.id desc, d.id
