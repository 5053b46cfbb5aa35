-- One tenant's events addressed to its endpoints, in the relay's transaction. $1 tenant
-- per message: $2 id, $3 endpoint, $4 event, $5 type, $6 subject, $7 sequence, $8 occurred at, $9 body, $10 whether it was asked for once more
-- $11 most attempts that a message may have; per message: $12 mode
-- Relies on webhook_messages_event (tenant_id, subject, endpoint_id, sequence, event_id), unique: an event that is relayed twice is one message.
-- What was asked for once more begins its schedule again, unless it still is in the queue.
insert into webhook_messages as m (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, due_at, created_at, live)
select i.id, $1, i.endpoint_id, i.event_id, i.type, i.subject, i.sequence, i.occurred_at, i.body, clock_timestamp(), clock_timestamp(), i.live
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::timestamptz[], $9::text[], $12::boolean[])
    as i(id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, live)
order by i.subject, i.endpoint_id, i.sequence
on conflict (tenant_id, subject, endpoint_id, sequence, event_id) do update
    set state = {message.pending}, reason = null, first_attempt = m.attempts, due_at = clock_timestamp(), ended_at = null
    where $10 and m.state <> {message.pending} and m.attempts < $11
