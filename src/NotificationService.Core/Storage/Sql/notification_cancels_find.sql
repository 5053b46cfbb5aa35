-- A cancelling and how far it is. :tenant, :id
select c.live, c.topic, c.category, c.reference, c.template, c.looked_at, c.cancelled, c.created_at, c.ended_at from notification_cancels c where c.tenant_id = :tenant and c.id = :id
