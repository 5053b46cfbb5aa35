-- Tenants take turns, so that one that asks for many does not hold up the others; and what found nothing is kept for a day
-- (docs/decisions/0073-how-a-person-is-erased.md).
drop index recipient_erasures_next;
create index recipient_erasures_next on recipient_erasures (tenant_id, worked_until) where finished_at is null;
create index recipient_erasures_of_nothing on recipient_erasures (finished_at) where counts = '{}';
drop function if exists notification_meta.next_recipient_erasure();
