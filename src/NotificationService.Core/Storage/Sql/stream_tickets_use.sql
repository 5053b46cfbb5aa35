-- Uses a ticket, once: a second time it answers no row. :tenant, :id, :expires_at when nobody takes it any more. By the primary key.
insert into stream_tickets (tenant_id, id, expires_at) values (:tenant, :id, :expires_at) on conflict do nothing returning id
