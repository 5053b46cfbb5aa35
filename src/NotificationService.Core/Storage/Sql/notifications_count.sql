-- How many notifications a list has, from its index alone; counts no further than :max_rows. Which index, and what belongs to which list, as in
-- notifications_list.sql. Answers how many entries were looked at, and how many notifications they are.
--
-- :tenant, :from_id the smallest id, :before_id the first id no more, :max_rows to count, :modes, :reference, :status, :channel, :template key, :user_id, :batch
-- when notifications
with template as materialized (
    select t.id from templates t where :template::text is not null and t.tenant_id = :tenant and t.key = :template order by t.key desc, t.id desc limit 20
)
select count(*) as looked_at, count(*) as hits from (
    -- when batch
    select from (values (true)) as mode(live)
    -- end
    -- when by_mode
    select from unnest(:modes::boolean[]) as mode(live)
    -- end
    -- when template
    cross join template
    -- end
    cross join lateral (
        select from notifications n
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
    limit :max_rows) counted
-- end
-- when ended
-- The last digit of a delivery's id is its channel; the others are those of its notification.
select count(*) as looked_at, count(distinct substring(uuid_send(id), 1, 15)) filter (where :channel::smallint is null or channel = :channel) as hits from (
    select d.* from unnest(:modes::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel from deliveries d
        where d.tenant_id = :tenant and d.status >= {status.suppressed} and (d.status, d.live, d.id) < (:status::smallint, mode.live, :before_id) and (d.status, d.live, d.id) >= (:status::smallint, mode.live, :from_id)
        order by d.status desc, d.live desc, d.id desc limit :max_rows) d
    limit :max_rows) counted
-- end
