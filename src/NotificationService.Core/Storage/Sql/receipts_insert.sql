-- Keeps what one tenant's providers report. One that is there already is a repeat and changes nothing. Answers the ids that are new.
-- $1 tenant; per receipt: $2 provider, $3 dedupe hash, $4 id, $5 delivery, $6 provider message id, $7 kind, $8 occurred at,
--   $9 received at, $10 next try at, $11 code, $12 message, $13 address, $14 link, $15 flags
-- Given in the order of the key, so that two such statements never wait for each other in a circle.
-- Dies before the commit: nothing is kept, and the vendor, who was not answered, reports again.
insert into receipts (tenant_id, provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, state, occurred_at, received_at, next_try_at,
    code, message, address, url, flags)
select $1, g.provider_id, g.dedupe_hash, g.id, g.delivery_id, g.provider_message_id, g.kind, 1, g.occurred_at, g.received_at, g.next_try_at,
    g.code, g.message, g.address, g.url, g.flags
from unnest($2::uuid[], $3::bytea[], $4::uuid[], $5::uuid[], $6::text[], $7::smallint[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[],
    $11::text[], $12::text[], $13::text[], $14::text[], $15::smallint[])
    as g(provider_id, dedupe_hash, id, delivery_id, provider_message_id, kind, occurred_at, received_at, next_try_at, code, message, address, url, flags)
on conflict do nothing
returning id
