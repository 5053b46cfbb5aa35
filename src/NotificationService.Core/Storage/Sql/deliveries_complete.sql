-- Writes the results of one tenant's deliveries: state, attempts, timeline, what is to be published, only where the lease is still the writer's.
-- Leases missing from the result are stale writes: somebody else holds or has ended the delivery.
--
-- $1 tenant; per result: $2 id, $3 lease, $4 status, $5 due_at or null, $6 attempts, $7 failure kind, $8 failure code,
-- $9 failure message, $10 ambiguous, $11 provider, $12 provider message id, $13 taken from the dead untouched (0 or 1), $14 rows of timeline
-- per attempt: $15 place of its result (from 1), $16 number, $17 provider, $18 outcome, $19 started, $20 finished, $21 code, $22 message, $23 provider message id, $24 segments, $30 their encoding
-- per timeline row: $25 place of its result, $26 sequence, $27 status, $28 at, $29 detail
-- per result: $31 what became of each of several devices, or null as before, $32 segments of a text message that was accepted, or null, $33 their encoding
--
-- OFFSET 0 is a fence: one probe of the primary key per result, whatever the statistics said when the plan was made. Without it a plan
-- made on an empty table compares each result with each leased row. A lease implies status 30: asking for the status would invite the
-- index of all that is leased. Each claim's lease is another, so that a claim which a crash of the database undid is nobody's (decision 0025).
-- A row that changed since the probe has another ctid and is left out.
-- Two results of one delivery may come together, of whoever lost it and of whoever has it: what belongs to a result goes by its place, not by the delivery.
-- Whoever lived to write a result was not killed by it. What is taken from the dead untouched is counted twice at most: others were beside it, and any of
-- them may have killed the worker. From then on it is prepared alone, and deliveries_isolate counts (DeliveryTransitions.MostLossesInCompany).
-- What has no row in the timeline is as it was before the claim: queued, or scheduled.
-- All of it in one statement: a result is whole or not there. Dies before the commit: the lease runs out and the attempt is ambiguous.
with held as (
    update deliveries d
    set status = case when i.steps = 0 then (select t.status from timeline t where t.tenant_id = $1 and t.delivery_id = d.id and t.seq = d.timeline_seq) else i.status end,
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
        rescues = case i.rescued when 1 then greatest(least(d.rescues + 1, 2), d.rescues) else 0 end,
        timeline_seq = d.timeline_seq + i.steps,
        lease_until = null, lease_owner = null, call_started_at = null
    from unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::timestamptz[], $6::smallint[], $7::smallint[], $8::text[], $9::text[], $10::boolean[],
                $11::uuid[], $12::text[], $13::smallint[], $14::smallint[], $31::text[], $32::smallint[], $33::smallint[]) with ordinality
        as i(id, lease, status, due_at, attempts, failure_kind, failure_code, failure_message, ambiguous, provider_id, provider_message_id, rescued, steps, devices, segments, sms_encoding, place)
    cross join lateral (
        select h.ctid from deliveries h where h.id = i.id and h.lease_owner = i.lease and h.tenant_id = $1 offset 0) held_row
    where d.ctid = held_row.ctid
    returning i.place::int, d.id, i.lease, d.batch_id, d.status
),
attempt as (
    insert into attempts (tenant_id, delivery_id, number, provider_id, outcome, started_at, finished_at, code, message, provider_message_id, segments, sms_encoding)
    select $1, ($2::uuid[])[a.place], a.number, a.provider_id, a.outcome, a.started_at, a.finished_at, a.code, a.message, a.provider_message_id, a.segments, a.sms_encoding
    from unnest($15::int[], $16::smallint[], $17::uuid[], $18::smallint[], $19::timestamptz[], $20::timestamptz[], $21::text[], $22::text[], $23::text[], $24::smallint[], $30::smallint[])
        as a(place, number, provider_id, outcome, started_at, finished_at, code, message, provider_message_id, segments, sms_encoding)
    where a.place in (select place from held)
),
step as (
    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select $1, ($2::uuid[])[t.place], t.seq, t.status, t.at, t.detail::json
    from unnest($25::int[], $26::smallint[], $27::smallint[], $28::timestamptz[], $29::text[]) as t(place, seq, status, at, detail)
    where t.place in (select place from held)
    returning delivery_id, seq, status
),
published as (
    insert into outbox (shard, tenant_id, subject, seq)
    select notification_meta.shard_of(delivery_id), $1, delivery_id, seq from step where status >= {status.sent} order by delivery_id, seq
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select $1, ended.batch_id, change.status, change.delta
    from (select batch_id, status, count(*) as n from held where batch_id is not null and status >= {status.sent} group by batch_id, status) ended
    cross join lateral (values ({tally.pending}, -ended.n), (ended.status, ended.n)) as change(status, delta)
)
select id, lease from held
