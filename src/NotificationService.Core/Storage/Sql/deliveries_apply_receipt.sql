-- Writes what one tenant's receipts come to: statuses, timeline, what is to be published, engagements, suppressed addresses, and what became of each receipt.
-- The rows it changes were locked by receipts_claim and receipts_match in the same transaction; what is legal was decided in between.
-- Answers the deliveries whose status changed.
--
-- $1 tenant; per changed delivery: $2 id, $3 status, $4 failure kind, $5 code, $6 message, $7 provider, $8 provider message id, $9 rows of timeline
-- per timeline row: $10 delivery, $11 sequence, $12 status, $13 detail
-- per engagement: $14 delivery, $15 id, $16 kind, $17 at, $18 detail
-- per receipt: $19 where its row is, $20 state, $21 reason, $22 pause until the next try, $23 delivery, $24 flags to add, $25 tries,
--   $26 whether a live account sent the delivery, null where none was found: a receipt that named none when it came has its mode from here on
--
-- A receipt's row is named by its place: locked, it cannot move before the commit. Whatever else names it may be looked up in an index
-- that reads all of the tenant's receipts, because a plan made before there are statistics takes them for few.
-- All of it in one statement and one commit. Dies before it: the receipts are pending as before, and nothing of it is there.
with changed as (
    update deliveries d
    set status = i.status, failure_kind = i.failure_kind, failure_code = i.failure_code, failure_message = i.failure_message,
        provider_id = coalesce(d.provider_id, i.provider_id), provider_message_id = coalesce(d.provider_message_id, i.provider_message_id),
        timeline_seq = d.timeline_seq + i.steps
    from unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::uuid[], $8::text[], $9::smallint[])
        as i(id, status, failure_kind, failure_code, failure_message, provider_id, provider_message_id, steps)
    cross join lateral (select h.ctid, h.status as was from deliveries h where h.id = i.id and h.tenant_id = $1 offset 0) held_row
    where d.ctid = held_row.ctid
    returning d.id, i.steps, d.batch_id, d.status, held_row.was
),
change as (
    select $1 as tenant_id, t.delivery_id, t.seq, coalesce(lag(t.status) over (partition by t.delivery_id order by t.seq), changed.was) as was, t.status,
        (select clock_timestamp()) as at, changed.batch_id, t.detail::json as detail
    from unnest($10::uuid[], $11::smallint[], $12::smallint[], $13::text[]) as t(delivery_id, seq, status, detail)
    join changed on changed.id = t.delivery_id
),
{include change_recorded},
engagement as (
    insert into engagements (tenant_id, delivery_id, id, kind, at, detail)
    select $1, e.delivery_id, e.id, e.kind, e.at, e.detail::json
    from unnest($14::uuid[], $15::uuid[], $16::smallint[], $17::timestamptz[], $18::text[]) as e(delivery_id, id, kind, at, detail)
),
done as (
    update receipts r
    set state = i.state, reason = i.reason, next_try_at = clock_timestamp() + i.pause, delivery_id = coalesce(r.delivery_id, i.delivery_id),
        flags = r.flags | i.flags, tries = i.tries, live = coalesce(i.live, r.live)
    from unnest($19::text[], $20::smallint[], $21::text[], $22::interval[], $23::uuid[], $24::smallint[], $25::smallint[], $26::boolean[])
        as i(place, state, reason, pause, delivery_id, flags, tries, live)
    where r.ctid = i.place::tid
)
select id from changed where steps > 0
