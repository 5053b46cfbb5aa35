-- Keeps one message that the sandbox was given, under its tenant's scope.
insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, category, outcome, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
