-- Keeps what one tenant's providers report. One that is there already is a repeat and changes nothing. Answers the ids that are new.
-- $1 tenant; per receipt: $2 provider, $3 dedupe hash, $4 id, $5 delivery, $6 provider message id, $7 kind, $8 occurred at,
--   $9 how long to wait, $10 code, $11 message, $12 address, $13 link, $14 flags, $15 what the vendor sent, $16 whether who reports reaches nobody
-- All times are the database's, which also says when it is due. A vendor's time that cannot be (older than 40 days, or to come) is replaced, and marked so: 4.
-- Its mode is that of the delivery that the vendor echoed, found by the primary key. Without one it is that of who reports: a provider that reaches nobody ($16)
-- counts as test, so that a report in its name changes nothing for live unless it names a live delivery; every other provider counts as live.
-- Given in the order of the key, so that two such statements never wait for each other in a circle.
-- Dies before the commit: nothing is kept, and the vendor, who was not answered, reports again.
insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, state, occurred_at, received_at, next_try_at,
    code, message, address, url, flags, raw, live)
select $1, g.provider_id, g.dedupe_hash, g.id, g.delivery_id, g.provider_message_id, g.kind, 1,
    case when believed.it then g.occurred_at else clock.now end, clock.now, clock.now + g.wait,
    g.code, g.message, g.address, g.url, g.flags | case when believed.it then 0 else {receipt_flag.time_replaced} end, g.raw, coalesce(d.live, not g.is_test)
from (select clock_timestamp() as now offset 0) clock
cross join unnest($2::uuid[], $3::bytea[], $4::uuid[], $5::uuid[], $6::text[], $7::smallint[], $8::timestamptz[], $9::interval[],
    $10::text[], $11::text[], $12::text[], $13::text[], $14::smallint[], $15::text[], $16::boolean[])
    as g(provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, occurred_at, wait, code, message, address, url, flags, raw, is_test)
cross join lateral (select g.occurred_at > clock.now - interval '40 days' and g.occurred_at < clock.now + interval '10 minutes' as it) believed
left join lateral (select d.live from deliveries d where d.id = g.delivery_id and d.tenant_id = $1 offset 0) d on true
on conflict do nothing
returning id
