-- Puts one message of an endpoint into the queue once more: its schedule begins again, under the same webhook-id. :tenant, :endpoint,
-- :message, :max_attempts most attempts that a message may have, :modes: one of another is not there
-- By the primary key. One that waits for its next try goes at once. What is in flight at this moment is left to whoever holds it: it is being sent,
-- and only what is tried after that counts anew. A worker that ends it in between waits for this row, or this statement for the worker; in both
-- orders the message is queued or has just been sent.
with endpoint as materialized (select e.enabled from webhook_endpoints e where e.tenant_id = :tenant and e.id = :endpoint),
by_key as materialized (select m.id, m.endpoint_id, m.live, m.attempts from webhook_messages m where m.tenant_id = :tenant and m.id = :message for update),
found as materialized (
    select k.id, k.attempts from by_key k where k.endpoint_id = :endpoint and k.live = any (:modes::boolean[])
),
again as (
    update webhook_messages m
    set first_attempt = m.attempts, state = {message.pending}, reason = case when m.in_flight then m.reason end,
        due_at = case when m.in_flight then m.due_at else clock_timestamp() end, ended_at = null
    from endpoint e
    where m.tenant_id = :tenant and m.id = (select f.id from found f where f.attempts < :max_attempts) and e.enabled
    returning 1
)
select (select enabled from endpoint) as enabled, (select attempts from found) as attempts
