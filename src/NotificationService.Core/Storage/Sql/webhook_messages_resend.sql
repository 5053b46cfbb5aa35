-- Puts one message of an endpoint into the queue once more: its schedule begins again, under the same webhook-id. $1 tenant, $2 endpoint,
-- $3 message, $4 most attempts that a message may have, $5 modes: one of another is not there
-- By the primary key. One that waits for its next try goes at once. What is in flight at this moment is left to whoever holds it: it is being sent,
-- and only what is tried after that counts anew. A worker that ends it in between waits for this row, or this statement for the worker; in both
-- orders the message is queued or has just been sent.
with endpoint as materialized (select e.enabled from webhook_endpoints e where e.tenant_id = $1 and e.id = $2),
by_key as materialized (select m.id, m.endpoint_id, m.live, m.attempts from webhook_messages m where m.tenant_id = $1 and m.id = $3 for update),
found as materialized (
    select k.id, k.attempts from by_key k where k.endpoint_id = $2 and k.live = any ($5::boolean[])
),
again as (
    update webhook_messages m
    set first_attempt = m.attempts, state = {message.pending}, reason = case when m.in_flight then m.reason end,
        due_at = case when m.in_flight then m.due_at else clock_timestamp() end, ended_at = null
    from endpoint e
    where m.tenant_id = $1 and m.id = (select f.id from found f where f.attempts < $4) and e.enabled
    returning 1
)
select (select enabled from endpoint), (select attempts from found), (select count(*) from again)
