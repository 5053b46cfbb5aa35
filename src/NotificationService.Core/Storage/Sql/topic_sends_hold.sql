-- Holds a send to topics where a worker has found it, and its batch open, until the commit. No row: another worker has gone on with it, and nothing of this page may be
-- written. Otherwise the batch's state: whoever cancels it waits for this page. :tenant, :id, :after_topic, :after_user
select b.state as batch_state
from topic_sends t
join batches b on b.tenant_id = t.tenant_id and b.id = t.id
where t.tenant_id = :tenant and t.id = :id and t.state = {topic_send.running} and t.after_topic = :after_topic and t.after_user = :after_user and b.tenant_id = :tenant and b.id = :id
for update of t for key share of b
