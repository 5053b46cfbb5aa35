-- A page of the topics that a person is subscribed to, by their keys: walks topic_subscriptions_of_person, and one look-up by key for each topic. One that is being
-- removed has no name. :tenant, :live, :user_id, :after_topic, :take
with looked as materialized (
    select s.topic, s.created_at from topic_subscriptions s
    where s.tenant_id = :tenant and s.live = :live and s.user_id = :user_id and s.topic > :after_topic
    order by s.tenant_id, s.live, s.user_id, s.topic limit :take
)
select l.topic, l.created_at, t.name from looked l
left join lateral (select v.name from topics v where v.tenant_id = :tenant and v.live = :live and v.key = l.topic and v.removed_at is null offset 0) t on true
order by l.topic
