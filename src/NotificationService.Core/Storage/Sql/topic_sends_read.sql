-- A send to topics that is running: what it says, whom it is for and where it is. :tenant, :id
select t.account_id, t.live, t.from_keys, t.before_keys, t.several, t.settings, t.data, t.content, t.metadata, t.trace_parent, t.after_topic, t.after_user, t.page, t.tries
from topic_sends t where t.tenant_id = :tenant and t.id = :id and t.state = {topic_send.running}
