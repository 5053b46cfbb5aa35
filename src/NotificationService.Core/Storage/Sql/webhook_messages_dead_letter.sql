-- Ends one message whose outcome the database refuses in whatever form, so that it is neither sent for ever nor in the way of others.
-- $1 tenant, $2 message, $3 fencing token, $4 whether the endpoint took it
-- By the primary key, fenced as in webhook_messages_complete, and only where the claim is still the writer's.
update webhook_messages m
set state = case when $4 then {message.delivered} else {message.failed} end, reason = case when not $4 then 'outcome_unstorable' end, in_flight = false, ended_at = clock_timestamp()
from (select h.ctid, h.claims, h.state, h.in_flight from webhook_messages h where h.tenant_id = $1 and h.id = $2 offset 0) held
where m.ctid = held.ctid and held.claims = $3 and held.state = {message.pending} and held.in_flight
