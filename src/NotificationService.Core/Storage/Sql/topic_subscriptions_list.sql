-- A page of a topic's subscribers, by their ids: walks the key. :tenant, :live, :topic, :after_user, :take
select s.user_id, s.created_at from topic_subscriptions s
where s.tenant_id = :tenant and s.live = :live and s.topic = :topic and s.user_id > :after_user
order by s.tenant_id, s.live, s.topic, s.user_id limit :take
