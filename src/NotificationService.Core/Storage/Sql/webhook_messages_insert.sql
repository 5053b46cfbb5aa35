-- Events of any tenants addressed to their endpoints, in the relay's transaction.
-- per message: :tenants, :ids, :endpoints, :events, :types, :subjects, :sequences, :occurred_at, :bodies, :again whether it was asked for once more
-- :max_attempts most attempts that a message may have; per message: :live mode
-- Relies on webhook_messages_event (tenant_id, subject, endpoint_id, sequence, event_id), unique: an event that is relayed twice is one message.
-- What was asked for once more begins its schedule again, unless it still is in the queue.
insert into webhook_messages as m (id, tenant_id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, due_at, created_at, live)
select i.id, i.tenant_id, i.endpoint_id, i.event_id, i.type, i.subject, i.sequence, i.occurred_at, i.body, clock_timestamp(), clock_timestamp(), i.live
from unnest(:tenants::uuid[], :ids::uuid[], :endpoints::uuid[], :events::text[], :types::text[], :subjects::uuid[], :sequences::int[], :occurred_at::timestamptz[], :bodies::text[], :live::boolean[])
    as i(tenant_id, id, endpoint_id, event_id, type, subject, sequence, occurred_at, body, live)
order by i.tenant_id, i.subject, i.endpoint_id, i.sequence
on conflict (tenant_id, subject, endpoint_id, sequence, event_id) do update
    set state = {message.pending}, reason = null, first_attempt = m.attempts, due_at = clock_timestamp(), ended_at = null
    where :again and m.state <> {message.pending} and m.attempts < :max_attempts
