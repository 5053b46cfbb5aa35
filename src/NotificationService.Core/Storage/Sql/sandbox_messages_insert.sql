-- Keeps one message that the sandbox was given, under its tenant's scope. Its mode is that of its delivery, found by the primary key; what is no
-- delivery's counts as live.
insert into sandbox_messages (id, tenant_id, provider_id, delivery_id, attempt, channel, recipient, message, category, outcome, created_at, live)
values (:id, :tenant, :provider, :delivery, :attempt, :channel, :recipient, :message, :category, :outcome, :now, coalesce((select d.live from deliveries d where d.id = :delivery and d.tenant_id = :tenant), true))
