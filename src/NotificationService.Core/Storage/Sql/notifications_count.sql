-- How many notifications a list has, from its index alone; counts no further than $4. Which index, and what belongs to which list, as in
-- notifications_list.sql. Answers how many entries were looked at, and how many notifications they are.
--
-- $1 tenant, $2 smallest id, $3 first id no more, $4 most to count, $5 modes, $6 reference, $7 status, $8 channel, $9 template key, $10 userId, $11 batch
-- when notifications
with template as materialized (
    select t.id from templates t where $9::text is not null and t.tenant_id = $1 and t.key = $9 order by t.key desc, t.id desc limit 20
)
select count(*), count(*) from (
    -- when batch
    select from (values (true)) as mode(live)
    -- end
    -- when by_mode
    select from unnest($5::boolean[]) as mode(live)
    -- end
    -- when template
    cross join template
    -- end
    cross join lateral (
        select from notifications n
        where n.tenant_id = $1 and n.id >= $2 and n.id < $3
            -- when newest
            and n.live >= mode.live
            -- end
            -- when reference
            and n.reference = $6
            -- end
            -- when user
            and n.user_id = $10
            -- end
            -- when template
            and n.template_id = template.id
            -- end
            -- when by_mode
            and (n.live, n.id) < (mode.live, $3) and (n.live, n.id) >= (mode.live, $2)
            -- end
            -- when batch
            and n.batch_id is not null and (n.batch_id, n.id) < ($11::uuid, $3) and (n.batch_id, n.id) >= ($11::uuid, $2)
            -- end
        order by
            -- when batch
            n.batch_id desc,
            -- end
            -- when by_mode
            n.live desc,
            -- end
            n.id desc limit $4) n
    limit $4) counted
-- end
-- when ended
-- The last digit of a delivery's id is its channel; the others are those of its notification.
select count(*), count(distinct substring(uuid_send(id), 1, 15)) filter (where $8::smallint is null or channel = $8) from (
    select d.* from unnest($5::boolean[]) as mode(live)
    cross join lateral (
        select d.id, d.channel from deliveries d
        where d.tenant_id = $1 and d.status >= {status.suppressed} and (d.status, d.live, d.id) < ($7::smallint, mode.live, $3) and (d.status, d.live, d.id) >= ($7::smallint, mode.live, $2)
        order by d.status desc, d.live desc, d.id desc limit $4) d
    limit $4) counted
-- end
