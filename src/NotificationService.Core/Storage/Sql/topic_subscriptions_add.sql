-- Subscribes some people to a topic. Two look-ups by key a person: whether it is there, and how many the person has, up to the limit. The topic and then the mode are
-- locked last, with nothing left to do but the commit, so that those who subscribe to one topic at once wait for each other's commits alone.
-- Answers whether there is such a topic, how many are new, how many the mode has now, and who has too many. Who finds no topic, or too many of the mode, rolls back.
-- :tenant, :live, :topic, :user_ids in their order and each once, :max_of_person, :now
with asked as materialized (
    select a.user_id from unnest(:user_ids::text[]) as a(user_id)
),
looked as materialized (
    select a.user_id, held.n as held
    from asked a
    left join lateral (
        select s.user_id as known from topic_subscriptions s where s.tenant_id = :tenant and s.live = :live and s.topic = :topic and s.user_id = a.user_id offset 0
    ) there on true
    cross join lateral (
        select count(*) as n from (select from topic_subscriptions s where s.tenant_id = :tenant and s.live = :live and s.user_id = a.user_id limit :max_of_person::int) listed
    ) held
    where there.known is null
),
added as (
    insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at)
    select :tenant, :live, :topic, l.user_id, :now from looked l where l.held < :max_of_person::int order by l.user_id
    on conflict do nothing
    returning 1
),
changed as materialized (select count(*)::int as n from added),
counted as (
    update topics t set subscribers = t.subscribers + c.n from changed c
    where c.n > 0 and t.tenant_id = :tenant and t.live = :live and t.key = :topic and t.removed_at is null
    returning c.n
),
kept as (
    insert into topic_directories as d (tenant_id, live, subscriptions) select :tenant, :live, n from counted
    on conflict (tenant_id, live) do update set subscriptions = d.subscriptions + excluded.subscriptions
    returning d.subscriptions
)
select c.n as changed,
    case when c.n > 0 then exists (select from counted)
        else exists (select from topics t where t.tenant_id = :tenant and t.live = :live and t.key = :topic and t.removed_at is null) end as is_there,
    coalesce((select subscriptions from kept), 0) as of_mode,
    array(select l.user_id from looked l where l.held >= :max_of_person::int) as full_people
from changed c
