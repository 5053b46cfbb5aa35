-- Writes the results of deliveries, of any tenants: state, attempts, timeline, what is to be published, only where the lease is still the writer's.
-- Leases missing from the result are stale writes: somebody else holds or has ended the delivery.
--
-- per result: :tenants, :ids, :leases, :statuses, :due_at or null, :attempts, :failure_kinds, :failure_codes,
-- :failure_messages, :ambiguous, :providers, :provider_message_ids, :rescued taken from the dead untouched (0 or 1), :steps of the timeline
-- per attempt: :attempt_places the place of its result (from 1), :attempt_numbers, :attempt_providers, :attempt_outcomes, :attempt_started, :attempt_finished,
--   :attempt_codes, :attempt_messages, :attempt_message_ids, :attempt_segments, :attempt_encodings
-- per timeline row: :step_places the place of its result, :step_sequences, :step_statuses, :step_times, :step_details
-- per item that arrives in an inbox, only in the variant "inbox": :item_places the place of its result, :item_users, :item_titles, :item_bodies, :item_urls, :item_actions, :item_categories,
--   :item_priorities, :item_data. A user's row of inbox_users is locked to the end of the transaction, those of several users in the order of their keys.
-- per result: :devices what became of each of several devices, or null as before, :segments of a text message that was accepted, or null, :encodings
--
-- OFFSET 0 is a fence: one probe of the primary key per result, whatever the statistics said when the plan was made. Without it a plan
-- made on an empty table compares each result with each leased row. A lease implies status 30: asking for the status would invite the
-- index of all that is leased. Each claim's lease is another, so that a claim which a crash of the database undid is nobody's (decision 0025).
-- A row that changed since the probe has another ctid and is left out.
-- Two results of one delivery may come together, of whoever lost it and of whoever has it: what belongs to a result goes by its place, not by the delivery.
-- Whoever lived to write a result was not killed by it. What is taken from the dead untouched is counted twice at most: others were beside it, and any of
-- them may have killed the worker. From then on it is prepared alone, and deliveries_isolate counts (DeliveryTransitions.MaxLossesInCompany).
-- What has no row in the timeline is as it was before the claim: queued, or scheduled. Whatever is held is sending, and so it is in each of its rows but the last.
-- All of it in one statement: a result is whole or not there. Dies before the commit: the lease runs out and the attempt is ambiguous.
with held as (
    update deliveries d
    set status = case when i.steps = 0 then (select t.status from timeline t where t.tenant_id = d.tenant_id and t.delivery_id = d.id and t.seq = d.timeline_seq) else i.status end,
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
    from unnest(:tenants::uuid[], :ids::uuid[], :leases::uuid[], :statuses::smallint[], :due_at::timestamptz[], :attempts::smallint[], :failure_kinds::smallint[], :failure_codes::text[], :failure_messages::text[], :ambiguous::boolean[],
                :providers::uuid[], :provider_message_ids::text[], :rescued::smallint[], :steps::smallint[], :devices::text[], :segments::smallint[], :encodings::smallint[]) with ordinality
        as i(tenant_id, id, lease, status, due_at, attempts, failure_kind, failure_code, failure_message, ambiguous, provider_id, provider_message_id, rescued, steps, devices, segments, sms_encoding, place)
    cross join lateral (
        select h.ctid from deliveries h where h.id = i.id and h.lease_owner = i.lease and h.tenant_id = i.tenant_id offset 0) held_row
    where d.ctid = held_row.ctid
    returning i.place::int, d.tenant_id, d.id, i.lease, d.batch_id, d.live
),
-- when inbox
item as materialized (
    select held.tenant_id, held.id, i.user_id, i.title, i.body, i.action_url, i.actions::json as actions, i.category, i.priority, i.data::json as data,
        row_number() over same_user as n, count(*) over (partition by held.tenant_id, i.user_id) as of_user
    from unnest(:item_places::int[], :item_users::text[], :item_titles::text[], :item_bodies::text[], :item_urls::text[], :item_actions::text[], :item_categories::text[], :item_priorities::smallint[], :item_data::text[])
        as i(place, user_id, title, body, action_url, actions, category, priority, data)
    join held on held.place = i.place
    window same_user as (partition by held.tenant_id, i.user_id order by held.id)
),
inbox as (
    insert into inbox_users as u (tenant_id, user_id, version, unread, unseen)
    select tenant_id, user_id, count(*), count(*), count(*) from item group by tenant_id, user_id order by tenant_id, user_id
    on conflict (tenant_id, user_id) do update set version = u.version + excluded.version, unread = u.unread + excluded.unread, unseen = u.unseen + excluded.unseen
    returning u.tenant_id, u.user_id, u.version
),
arrived as (
    insert into inbox_items (tenant_id, user_id, id, version, arrived_version, arrived_at, created_at, read_set_at, archived_set_at, priority, category, title, body, action_url, actions, data)
    select item.tenant_id, item.user_id, item.id, inbox.version - item.of_user + item.n, inbox.version - item.of_user + item.n, now.at, now.at, now.at, now.at, item.priority, item.category,
        item.title, item.body, item.action_url, item.actions, item.data
    from item join inbox on inbox.tenant_id = item.tenant_id and inbox.user_id = item.user_id
    -- After the lock: of two items of a user the later version has the later time.
    cross join lateral (select clock_timestamp() as at where inbox.version > 0 offset 0) now
),
-- end
attempt as (
    insert into attempts (tenant_id, delivery_id, number, provider_id, outcome, started_at, finished_at, code, message, provider_message_id, segments, sms_encoding)
    select (:tenants::uuid[])[a.place], (:ids::uuid[])[a.place], a.number, a.provider_id, a.outcome, a.started_at, a.finished_at, a.code, a.message, a.provider_message_id, a.segments, a.sms_encoding
    from unnest(:attempt_places::int[], :attempt_numbers::smallint[], :attempt_providers::uuid[], :attempt_outcomes::smallint[], :attempt_started::timestamptz[], :attempt_finished::timestamptz[], :attempt_codes::text[], :attempt_messages::text[], :attempt_message_ids::text[], :attempt_segments::smallint[], :attempt_encodings::smallint[])
        as a(place, number, provider_id, outcome, started_at, finished_at, code, message, provider_message_id, segments, sms_encoding)
    where a.place in (select place from held)
),
change as (
    select held.tenant_id, held.id as delivery_id, t.seq, {status.sending} as was, t.status, t.at, held.batch_id, held.live, t.detail::json as detail
    from unnest(:step_places::int[], :step_sequences::smallint[], :step_statuses::smallint[], :step_times::timestamptz[], :step_details::text[]) as t(place, seq, status, at, detail)
    join held on held.place = t.place
),
{include change_recorded}
select id, lease from held
