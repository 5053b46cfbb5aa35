-- Unsubscribes some people from a topic: a look-up by key for each. Answers whether there is such a topic, and how many subscriptions went.
-- :tenant, :live, :topic, :user_ids in their order and each once
with changed as materialized (
    select notification_meta.unsubscribe(:tenant, :live, :topic, :user_ids::text[]) as n
),
counted as (
    update topics t set subscribers = t.subscribers - c.n from changed c where c.n > 0 and t.tenant_id = :tenant and t.live = :live and t.key = :topic
    returning c.n
),
kept as (
    update topic_directories d set subscriptions = d.subscriptions - c.n from counted c where d.tenant_id = :tenant and d.live = :live
)
select c.n as changed, exists (select from topics t where t.tenant_id = :tenant and t.live = :live and t.key = :topic and t.removed_at is null) as is_there from changed c
