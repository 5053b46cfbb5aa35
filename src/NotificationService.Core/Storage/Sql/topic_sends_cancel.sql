-- Ends a send to topics whose batch was cancelled; with the send held (topic_sends_hold). :tenant, :id
update topic_sends t set state = {topic_send.cancelled}, ended_at = clock_timestamp(), after_topic = '', after_user = '', leased_until = null where t.tenant_id = :tenant and t.id = :id
