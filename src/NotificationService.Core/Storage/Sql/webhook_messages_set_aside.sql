-- Ends one message whose outcome the database refuses in whatever form, so that it is neither sent for ever nor in the way of others.
-- $1 tenant, $2 message, $3 fencing token, $4 whether the endpoint took it
-- By the primary key, and only where the claim is still the writer's.
update webhook_messages m
set state = case when $4 then 2 else 3 end, reason = case when not $4 then 'outcome_unstorable' end, in_hand = false, ended_at = clock_timestamp()
where m.id = $2 and m.claims = $3 and m.state = 1 and m.in_hand and m.tenant_id = $1
