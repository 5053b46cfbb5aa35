-- Writes what receipts of any tenants come to: statuses, timeline, what is to be published, engagements, suppressed addresses, and what became of each receipt.
-- The rows it changes were locked by receipts_claim and receipts_match in the same transaction; what is legal was decided in between.
-- Answers the deliveries whose status changed.
--
-- per changed delivery: :tenants, :ids, :statuses, :failure_kinds, :failure_codes, :failure_messages, :providers, :provider_message_ids, :steps of the timeline
-- per timeline row: :step_deliveries, :step_sequences, :step_statuses, :step_details
-- per engagement: :engagement_tenants, :engagement_deliveries, :engagement_ids, :engagement_kinds, :engagement_times, :engagement_details
-- per receipt: :receipt_places where its row is, :receipt_states, :receipt_reasons, :receipt_pauses pause until the next try, :receipt_deliveries, :receipt_flags flags to add, :receipt_tries,
--   :receipt_modes whether a live account sent the delivery, null where none was found: a receipt that named none when it came has its mode from here on
--
-- A receipt's row is named by its place: locked, it cannot move before the commit. Whatever else names it may be looked up in an index
-- that reads all of the tenant's receipts, because a plan made before there are statistics takes them for few.
-- All of it in one statement and one commit. Dies before it: the receipts are pending as before, and nothing of it is there.
with changed as (
    update deliveries d
    set status = i.status, failure_kind = i.failure_kind, failure_code = i.failure_code, failure_message = i.failure_message,
        provider_id = coalesce(d.provider_id, i.provider_id), provider_message_id = coalesce(d.provider_message_id, i.provider_message_id),
        timeline_seq = d.timeline_seq + i.steps
    from unnest(:tenants::uuid[], :ids::uuid[], :statuses::smallint[], :failure_kinds::smallint[], :failure_codes::text[], :failure_messages::text[], :providers::uuid[], :provider_message_ids::text[], :steps::smallint[])
        as i(tenant_id, id, status, failure_kind, failure_code, failure_message, provider_id, provider_message_id, steps)
    cross join lateral (select h.ctid, h.status as was from deliveries h where h.id = i.id and h.tenant_id = i.tenant_id offset 0) held_row
    where d.ctid = held_row.ctid
    returning d.tenant_id, d.id, i.steps, d.batch_id, d.live, d.status, held_row.was
),
change as (
    select changed.tenant_id, t.delivery_id, t.seq, coalesce(lag(t.status) over (partition by t.delivery_id order by t.seq), changed.was) as was, t.status,
        (select clock_timestamp()) as at, changed.batch_id, changed.live, t.detail::json as detail
    from unnest(:step_deliveries::uuid[], :step_sequences::smallint[], :step_statuses::smallint[], :step_details::text[]) as t(delivery_id, seq, status, detail)
    join changed on changed.id = t.delivery_id
),
{include change_recorded},
engagement as (
    insert into engagements (tenant_id, delivery_id, id, kind, at, detail)
    select e.tenant_id, e.delivery_id, e.id, e.kind, e.at, e.detail::json
    from unnest(:engagement_tenants::uuid[], :engagement_deliveries::uuid[], :engagement_ids::uuid[], :engagement_kinds::smallint[], :engagement_times::timestamptz[], :engagement_details::text[]) as e(tenant_id, delivery_id, id, kind, at, detail)
),
done as (
    update receipts r
    set state = i.state, reason = i.reason, next_try_at = clock_timestamp() + i.pause, delivery_id = coalesce(r.delivery_id, i.delivery_id),
        flags = r.flags | i.flags, tries = i.tries, live = coalesce(i.live, r.live)
    from unnest(:receipt_places::text[], :receipt_states::smallint[], :receipt_reasons::text[], :receipt_pauses::interval[], :receipt_deliveries::uuid[], :receipt_flags::smallint[], :receipt_tries::smallint[], :receipt_modes::boolean[])
        as i(place, state, reason, pause, delivery_id, flags, tries, live)
    where r.ctid = i.place::tid
)
select id from changed where steps > 0
