-- Stores accepted notifications of any tenants with their deliveries, first timeline rows, what of it is to be published, and idempotency keys, in one statement.
-- Answers the ids that were stored; one that is missing found its idempotency key taken, and nothing of it was stored.
--
-- per notification: :tenants, :ids, :accounts, :live, :templates, :template_versions, :categories, :references, :priorities, :recipients,
--   :data, :contents, :metadata, :trace_parents, :send_at, :expires_at, :created_at, :key_hashes, :fingerprints, :responses,
--   :strategies, :fallback_after, in seconds,   :skipped channels, :topics by which it reached the recipient, :key_days days for which the key is kept; :batch the batch of all of them, which then are of one tenant, or null
-- per delivery: :delivery_ordinals of its notification (from 1), :delivery_ids, :delivery_channels, :delivery_statuses, :delivery_due_at, :delivery_failure_kinds, :delivery_failure_codes,
--   :delivery_failure_messages, :delivery_details of the timeline, :delivery_places in the chain
--
-- Two callers with one key at once: the second waits for the first one's commit on the primary key of idempotency_keys and is then left out.
-- Keys are taken in order, so that two such statements never wait for each other in a circle.
with given as materialized (
    select * from unnest(:tenants::uuid[], :ids::uuid[], :accounts::uuid[], :live::boolean[], :templates::uuid[], :template_versions::int[], :categories::text[], :references::text[], :priorities::smallint[], :recipients::text[],
        :data::text[], :contents::text[], :metadata::text[], :trace_parents::text[], :send_at::timestamptz[], :expires_at::timestamptz[], :created_at::timestamptz[],
        :key_hashes::bytea[], :fingerprints::bytea[], :responses::text[], :strategies::smallint[], :fallback_after::int[], :skipped::text[], :key_days::int[], :topics::text[]) with ordinality
        as g(tenant_id, id, account_id, live, template_id, template_version, category, reference, priority, recipient,
             data, content, metadata, trace_parent, send_at, expires_at, created_at, key_hash, fingerprint, response, strategy, fallback_after, skipped, key_days, topic, ord)
),
taken as (
    insert into idempotency_keys (tenant_id, key_hash, fingerprint, status_code, response, expires_at)
    select tenant_id, key_hash, fingerprint, 202, response, now() + key_days * interval '1 day' from given where key_hash is not null order by tenant_id, key_hash
    on conflict (tenant_id, key_hash) do nothing
    returning tenant_id, key_hash
),
accepted as materialized (
    select * from given where key_hash is null or (tenant_id, key_hash) in (select tenant_id, key_hash from taken)
),
stored as (
    insert into notifications (tenant_id, id, account_id, live, template_id, template_version, category, reference, priority, recipient,
        data, content, metadata, trace_parent, send_at, expires_at, created_at, strategy, fallback_after, skipped, batch_id, topic)
    select tenant_id, id, account_id, live, template_id, template_version, category, reference, priority, recipient::json,
        data::json, content::json, metadata::json, trace_parent, send_at, expires_at, created_at, strategy, fallback_after, skipped::json, :batch, topic
    from accepted
),
planned as materialized (
    select p.*, a.tenant_id, a.priority, a.expires_at, a.created_at, a.live
    from unnest(:delivery_ordinals::bigint[], :delivery_ids::uuid[], :delivery_channels::smallint[], :delivery_statuses::smallint[], :delivery_due_at::timestamptz[], :delivery_failure_kinds::smallint[], :delivery_failure_codes::text[], :delivery_failure_messages::text[], :delivery_details::text[], :delivery_places::smallint[])
        as p(ord, id, channel, status, due_at, failure_kind, failure_code, failure_message, detail, chain)
    join accepted a on a.ord = p.ord
),
queued as (
    insert into deliveries (tenant_id, id, channel, priority, status, due_at, expires_at, failure_kind, failure_code, failure_message, chain, batch_id, live)
    -- What is due now is due by the clock that the claim asks, whatever the clock of whoever accepted it.
    select tenant_id, id, channel, priority, status, case status when {status.queued} then now() else due_at end, expires_at, failure_kind, failure_code, failure_message, chain, :batch, live from planned
),
change as (
    select tenant_id, id as delivery_id, 1 as seq, null::smallint as was, status, created_at as at, :batch::uuid as batch_id, live, detail::json as detail from planned
),
{include change_recorded}
select id from accepted
