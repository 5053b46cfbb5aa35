-- deliveries_complete.sql for a queue row of its own: the queue row goes, the state row is written.
with held as (
    delete from queue q
    using unnest(:ids::uuid[], :leases::uuid[]) as i(id, lease)
    cross join lateral (
        select h.ctid from queue h where h.id = i.id and h.lease_owner = i.lease and h.tenant_id = :tenant offset 0) held_row
    where q.ctid = held_row.ctid
    returning q.id
),
state as (
    update deliveries d
    set status = i.status,
        due_at = coalesce(i.due_at, d.due_at),
        attempts = i.attempts,
        failure_kind = i.failure_kind,
        failure_code = i.failure_code,
        failure_message = i.failure_message,
        ambiguous = i.ambiguous,
        provider_id = coalesce(i.provider_id, d.provider_id),
        provider_message_id = coalesce(i.provider_message_id, d.provider_message_id),
        devices = coalesce(i.devices::jsonb, d.devices),
        segments = coalesce(i.segments, d.segments),
        sms_encoding = coalesce(i.sms_encoding, d.sms_encoding),
        rescues = case i.rescued when 1 then d.rescues + 1 else 0 end,
        timeline_seq = d.timeline_seq + i.steps
    from unnest(:ids::uuid[], :statuses::smallint[], :due_at::timestamptz[], :attempts::smallint[], :failure_kinds::smallint[], :failure_codes::text[], :failure_messages::text[], :ambiguous::boolean[],
                :providers::uuid[], :provider_message_ids::text[], :rescued::smallint[], :steps::smallint[], :devices::text[], :segments::smallint[], :encodings::smallint[])
        as i(id, status, due_at, attempts, failure_kind, failure_code, failure_message, ambiguous, provider_id, provider_message_id, rescued, steps, devices, segments, sms_encoding)
    cross join lateral (select h.ctid from deliveries h where h.id = i.id and h.tenant_id = :tenant offset 0) state_row
    where d.ctid = state_row.ctid and i.id in (select id from held)
),
attempt as (
    insert into attempts (tenant_id, delivery_id, number, provider_id, outcome, started_at, finished_at, code, message, provider_message_id, segments, sms_encoding)
    select :tenant, (:ids::uuid[])[a.place], a.number, a.provider_id, a.outcome, a.started_at, a.finished_at, a.code, a.message, a.provider_message_id, a.segments, a.sms_encoding
    from unnest(:attempt_places::int[], :attempt_numbers::smallint[], :attempt_providers::uuid[], :attempt_outcomes::smallint[], :attempt_started::timestamptz[], :attempt_finished::timestamptz[], :attempt_codes::text[], :attempt_messages::text[], :attempt_message_ids::text[], :attempt_segments::smallint[], :attempt_encodings::smallint[])
        as a(place, number, provider_id, outcome, started_at, finished_at, code, message, provider_message_id, segments, sms_encoding)
    where (:ids::uuid[])[a.place] in (select id from held)
),
step as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select :tenant, (:ids::uuid[])[t.place], t.seq, t.status, t.at, t.detail::json
    from unnest(:step_places::int[], :step_sequences::smallint[], :step_statuses::smallint[], :step_times::timestamptz[], :step_details::text[]) as t(place, seq, status, at, detail)
    where (:ids::uuid[])[t.place] in (select id from held)
    returning delivery_id, seq, status
),
published as (
    insert into outbox (shard, tenant_id, subject, seq)
    select notification_meta.shard_of(delivery_id), :tenant, delivery_id, seq from step where status >= 40 order by delivery_id, seq
)
select id from held
