-- The next subscribers of a range of keys, after a place in it: walks the key. Those of a topic that is being removed are passed by.
-- :tenant, :live, :from_key, :before_key, :after_topic, :after_user, :take
with page as materialized (
    select s.topic, s.user_id from topic_subscriptions s
    where s.tenant_id = :tenant and s.live = :live and s.topic >= :from_key and s.topic < :before_key and (s.topic, s.user_id) > (:after_topic, :after_user)
    order by s.tenant_id, s.live, s.topic, s.user_id limit :take
)
select p.topic, p.user_id, t.key is not null as is_there
from page p
left join lateral (select v.key from topics v where v.tenant_id = :tenant and v.live = :live and v.key = p.topic and v.removed_at is null offset 0) t on true
order by p.topic, p.user_id
