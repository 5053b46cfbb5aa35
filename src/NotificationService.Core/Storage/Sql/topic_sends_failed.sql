-- A page of a send to topics could not be stored: the next try is later and smaller. :tenant, :id, :after_topic, :after_user where it was
update topic_sends t set tries = t.tries + 1, page = greatest(t.page / 10, 1), retry_at = clock_timestamp() + least(t.tries + 1, 5) * interval '1 second', leased_until = null
where t.tenant_id = :tenant and t.id = :id and t.after_topic = :after_topic and t.after_user = :after_user
returning tries
