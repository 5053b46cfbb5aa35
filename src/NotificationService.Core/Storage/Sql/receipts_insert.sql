-- Keeps what one tenant's providers report. One that is there already is a repeat and changes nothing. Answers the ids that are new.
-- :tenant; per receipt: :providers, :dedupe_hashes dedupe hash, :ids, :deliveries, :provider_message_ids, :kinds, :occurred_at,
--   :waits how long to wait, :codes, :messages, :addresses, :urls, :scopes what is unsubscribed from or null, :flags, :raws what the vendor sent, :are_tests whether who reports reaches nobody
-- All times are the database's, which also says when it is due. A vendor's time that cannot be (older than 40 days, or to come) is replaced, and marked so: 4.
-- Its mode is that of the delivery that the vendor echoed, found by the primary key. Without one it is that of who reports: a provider that reaches nobody (:are_tests)
-- counts as test, so that a report in its name changes nothing for live unless it names a live delivery; every other provider counts as live.
-- Given in the order of the key, so that two such statements never wait for each other in a circle.
-- Dies before the commit: nothing is kept, and the vendor, who was not answered, reports again.
insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, state, occurred_at, received_at, next_try_at,
    code, message, address, url, scope, flags, raw, live)
select :tenant, g.provider_id, g.dedupe_hash, g.id, g.delivery_id, g.provider_message_id, g.kind, 1,
    case when believed.it then g.occurred_at else clock.now end, clock.now, clock.now + g.wait,
    g.code, g.message, g.address, g.url, g.scope, g.flags | case when believed.it then 0 else {receipt_flag.time_replaced} end, g.raw, coalesce(d.live, not g.is_test)
from (select clock_timestamp() as now offset 0) clock
cross join unnest(:providers::uuid[], :dedupe_hashes::bytea[], :ids::uuid[], :deliveries::uuid[], :provider_message_ids::text[], :kinds::smallint[], :occurred_at::timestamptz[], :waits::interval[],
    :codes::text[], :messages::text[], :addresses::text[], :urls::text[], :scopes::text[], :flags::smallint[], :raws::text[], :are_tests::boolean[])
    as g(provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, occurred_at, wait, code, message, address, url, scope, flags, raw, is_test)
cross join lateral (select g.occurred_at > clock.now - interval '40 days' and g.occurred_at < clock.now + interval '10 minutes' as it) believed
left join lateral (select d.live from deliveries d where d.id = g.delivery_id and d.tenant_id = :tenant offset 0) d on true
on conflict do nothing
returning id
