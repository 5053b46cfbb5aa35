-- Moves a send to topics on, in the transaction of a page's notifications and with the send held (topic_sends_hold), and counts for its batch: so each subscriber is
-- passed once, whoever dies. With its last page the send is done and its batch complete. A page that went well lets the next be larger again.
-- :tenant, :id, :after_topic, :after_user the place of the last one, :accepted, :rejected, :is_last, :max_page
with counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select :tenant, :id, said.status, said.delta
    from (values ({tally.chunks}, case when :accepted::int + :rejected::int > 0 then 1 else 0 end), ({tally.accepted}, :accepted::int), ({tally.rejected}, :rejected::int)) as said(status, delta) where said.delta <> 0
),
closed as (
    update batches b set state = {batch.complete}, closed_at = coalesce(b.closed_at, clock_timestamp())
    where :is_last and b.tenant_id = :tenant and b.id = :id and b.state = {batch.open}
)
update topic_sends t
set after_topic = case when :is_last then '' else :after_topic end, after_user = case when :is_last then '' else :after_user end,
    state = case when :is_last then {topic_send.done} else t.state end, ended_at = case when :is_last then clock_timestamp() end,
    page = least(t.page * 2, :max_page::int), tries = 0, retry_at = null, leased_until = null
where t.tenant_id = :tenant and t.id = :id
