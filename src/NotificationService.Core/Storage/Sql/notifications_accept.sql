-- Stores one tenant's accepted notifications with their deliveries, first timeline rows, what of it is to be published, and idempotency keys, in one statement.
-- Answers the ids that were stored; one that is missing found its idempotency key taken, and nothing of it was stored.
--
-- $1 tenant
-- per notification: $2 id, $3 account, $4 live, $5 template, $6 template version, $7 category, $8 reference, $9 priority, $10 recipient,
--   $11 data, $12 content, $13 metadata, $14 trace parent, $15 send at, $16 expires at, $17 created at, $18 key hash, $19 fingerprint, $20 answer,
--   $30 strategy, $31 fallback after, in seconds, $33 skipped channels, $35 days for which the key is kept; $34 the batch of all of them, or null
-- per delivery: $21 ordinal of its notification (from 1), $22 id, $23 channel, $24 status, $25 due at, $26 failure kind, $27 failure code,
--   $28 failure message, $29 timeline detail, $32 place in the chain
--
-- Two callers with one key at once: the second waits for the first one's commit on the primary key of idempotency_keys and is then left out.
-- Keys are taken in order, so that two such statements never wait for each other in a circle.
with given as materialized (
    select * from unnest($2::uuid[], $3::uuid[], $4::boolean[], $5::uuid[], $6::int[], $7::text[], $8::text[], $9::smallint[], $10::text[],
        $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[],
        $18::bytea[], $19::bytea[], $20::text[], $30::smallint[], $31::int[], $33::text[], $35::int[]) with ordinality
        as g(id, account_id, live, template_id, template_version, category, reference, priority, recipient,
             data, content, metadata, trace_parent, send_at, expires_at, created_at, key_hash, fingerprint, response, strategy, fallback_after, skipped, key_days, ord)
),
taken as (
    insert into idempotency_keys (tenant_id, key_hash, fingerprint, status_code, response, expires_at)
    select $1, key_hash, fingerprint, 202, response, now() + key_days * interval '1 day' from given where key_hash is not null order by key_hash
    on conflict (tenant_id, key_hash) do nothing
    returning key_hash
),
accepted as materialized (
    select * from given where key_hash is null or key_hash in (select key_hash from taken)
),
stored as (
    insert into notifications (tenant_id, id, account_id, live, template_id, template_version, category, reference, priority, recipient,
        data, content, metadata, trace_parent, send_at, expires_at, created_at, strategy, fallback_after, skipped, batch_id)
    select $1, id, account_id, live, template_id, template_version, category, reference, priority, recipient::json,
        data::json, content::json, metadata::json, trace_parent, send_at, expires_at, created_at, strategy, fallback_after, skipped::json, $34
    from accepted
),
planned as materialized (
    select p.*, a.priority, a.expires_at, a.created_at, a.live
    from unnest($21::bigint[], $22::uuid[], $23::smallint[], $24::smallint[], $25::timestamptz[], $26::smallint[], $27::text[], $28::text[], $29::text[], $32::smallint[])
        as p(ord, id, channel, status, due_at, failure_kind, failure_code, failure_message, detail, chain)
    join accepted a on a.ord = p.ord
),
queued as (
    insert into deliveries (tenant_id, id, channel, priority, status, due_at, expires_at, failure_kind, failure_code, failure_message, chain, batch_id, live)
    -- What is due now is due by the clock that the claim asks, whatever the clock of whoever accepted it.
    select $1, id, channel, priority, status, case status when {status.queued} then now() else due_at end, expires_at, failure_kind, failure_code, failure_message, chain, $34, live from planned
),
change as (
    select $1 as tenant_id, id as delivery_id, 1 as seq, null::smallint as was, status, created_at as at, $34 as batch_id, detail::json as detail from planned
),
{include change_recorded}
select id from accepted
