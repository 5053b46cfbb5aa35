-- The database keeps what happened as facts; what is published of it is written by the service alone (docs/decisions/0037-one-place-for-public-json.md).

-- What an event is about, in the words of the tables. Null in rows of earlier builds, which have in data what is published as it is.
alter table events add column facts json, alter column data drop not null;

-- Writes an event and its row in the outbox, in the shard of what it is about: what is published of one subject stays in its order. Called in the
-- transaction that made it true, in the tenant's scope or by an owner's function.
drop function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json);
create function notification_meta.publish_event(tenant uuid, event uuid, event_type text, about uuid, at timestamptz, facts json) returns void
language sql set search_path = public, pg_temp as $$
    insert into events (tenant_id, id, type, subject, occurred_at, facts) values (tenant, event, event_type, about, at, publish_event.facts);
    insert into outbox (shard, tenant_id, subject, seq) values (notification_meta.shard_of(about), tenant, event, 0);
$$;
revoke all on function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json) from public;
grant execute on function notification_meta.publish_event(uuid, uuid, text, uuid, timestamptz, json) to notification_app, notification_worker;

-- Closed, and every delivery has ended: published once, because ended_at is written once. Of a file that is continued with corrected rows it is published
-- again. The counts are those of 0011, by status; what is below 0 counts chunks and items (0016).
create or replace function notification_meta.publish_batch_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare counts json;
begin
    select json_object_agg(s.status, s.n) into counts
    from (
        select counted.status, sum(counted.n) as n
        from (
            select c.status, c.n from batch_counts c where c.tenant_id = new.tenant_id and c.batch_id = new.id
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = new.tenant_id and h.batch_id = new.id) counted(status, n)
        where counted.status >= 0
        group by counted.status) s;
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), 'batch.completed', new.id, new.ended_at, json_build_object(
        'reference', new.reference, 'state', new.state, 'live', new.live, 'created_at', new.created_at, 'counts', counts));
    return null;
end $$;

create or replace function notification_meta.publish_bulk_job_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    is_over boolean := new.state in (5, 6, 7, 8) and new.state <> old.state;
    pace record;
begin
    if not is_over and old.published_at > clock_timestamp() - interval '1 s' then
        return new;
    end if;
    new.published_at := clock_timestamp();
    select p.rate, p.eta into pace from notification_meta.batch_pace(new.tenant_id, new.id, new.rows_total, new.rows_done, new.rows_queued) p;
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), case when is_over then 'bulk_job.completed' else 'bulk_job.progress' end, new.id, new.published_at, json_build_object(
        'name', new.name, 'state', new.state, 'reason', new.reason, 'rows_total', new.rows_total, 'rows_done', new.rows_done, 'rows_queued', new.rows_queued,
        'rows_bad', new.rows_bad, 'rows_repeated', new.rows_repeated, 'rate_per_second', pace.rate, 'eta_seconds', pace.eta));
    return new;
end $$;

drop function notification_meta.batch_deliveries(uuid, uuid), notification_meta.rfc3339(timestamptz);

-- Why a statement or a trigger changed a status by itself: a number of the enum StatusCause, and what belongs to it.
create function notification_meta.cause(cause int, devices jsonb default null, channel smallint default null, status smallint default null) returns json
language sql immutable parallel safe
    as $$ select json_strip_nulls(json_build_object('cause', cause, 'channel', channel, 'status', status, 'devices', devices)) $$;
revoke all on function notification_meta.cause(int, jsonb, smallint, smallint) from public;
grant execute on function notification_meta.cause(int, jsonb, smallint, smallint) to notification_app, notification_worker;
drop function notification_meta.stopped_detail(jsonb, text, text);

-- What belongs to every change of a status, in the transaction that makes it: the row of the timeline, what is to be published, the counts of its batch
-- (docs/decisions/0037-one-place-for-public-json.md says who writes it otherwise). In the tenant's scope. Per change the delivery, its place in the timeline, the
-- status before and after, the batch or null, and why; several of one delivery in their order. What has no end yet counts as 0. Answers how many there were.
create function notification_meta.record_changes(
    tenant uuid, at timestamptz, subjects uuid[], places smallint[], statuses_before smallint[], statuses smallint[], batches uuid[], details json[]) returns int
language plpgsql set search_path = public, pg_temp as $$
begin
    if subjects is null then
        return 0;
    end if;

    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select tenant, c.subject, c.place, c.status, record_changes.at, c.detail
    from unnest(subjects, places, statuses, details) as c(subject, place, status, detail);

    insert into outbox (shard, tenant_id, subject, seq)
    select notification_meta.shard_of(c.subject), tenant, c.subject, c.place
    from unnest(subjects, places, statuses) as c(subject, place, status)
    where c.status >= 40
    order by c.subject, c.place;

    insert into batch_changes (tenant_id, batch_id, status, delta)
    select tenant, c.batch, change.status, sum(change.delta)
    from unnest(batches, statuses_before, statuses) as c(batch, status_before, status)
    cross join lateral (values
        (case when c.status_before < 40 then 0::smallint else c.status_before end, -1),
        (case when c.status < 40 then 0::smallint else c.status end, 1)) as change(status, delta)
    where c.batch is not null
    group by c.batch, change.status
    having sum(change.delta) <> 0;

    return cardinality(subjects);
end $$;
revoke all on function notification_meta.record_changes(uuid, timestamptz, uuid[], smallint[], smallint[], smallint[], uuid[], json[]) from public;
grant execute on function notification_meta.record_changes(uuid, timestamptz, uuid[], smallint[], smallint[], smallint[], uuid[], json[]) to notification_app, notification_worker;

-- The law of a chain (0026), which now says why in facts.
create or replace function notification_meta.chain_goes_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    first_id uuid := overlay(new.id::text placing '0' from 36)::uuid;
    last_id uuid := overlay(new.id::text placing 'f' from 36)::uuid;
    now_at timestamptz;
    success smallint;
    next_id uuid; next_place smallint; ended_channel smallint; ended_status smallint; after_seconds int;
    recorded int;
begin
    perform pg_advisory_xact_lock(hashtextextended(first_id::text, 9));
    now_at := clock_timestamp();

    select d.channel into success from deliveries d
    where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (50, 60)
    order by d.chain limit 1;
    if found then
        with ended as (
            update deliveries d set status = notification_meta.stopped_status(d.devices), devices = notification_meta.stopped_devices(d.devices), timeline_seq = d.timeline_seq + 1
            where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (10, 20)
            returning d.id, d.timeline_seq, d.batch_id, d.status, d.devices)
        select notification_meta.record_changes(
            new.tenant_id, now_at, array_agg(id), array_agg(timeline_seq), array_agg(20::smallint), array_agg(status), array_agg(batch_id),
            array_agg(notification_meta.cause(3, devices, success))) into recorded -- not needed
        from ended;
        return null;
    end if;

    select waiting.id, waiting.chain, earlier.channel, earlier.status into next_id, next_place, ended_channel, ended_status
    from deliveries waiting
    cross join lateral (
        select d.channel, d.status from deliveries d
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.chain < waiting.chain
        order by d.chain desc limit 1) earlier
    where waiting.id > first_id and waiting.id <= last_id and waiting.tenant_id = new.tenant_id and waiting.chain > 0 and waiting.status = 10
      and earlier.status in (70, 71, 73, 74)
    order by waiting.chain limit 1;
    if found then
        with woken as (
            update deliveries d set status = 20, due_at = now_at, timeline_seq = d.timeline_seq + 1 where d.id = next_id and d.status = 10
            returning d.id, d.timeline_seq, d.batch_id, d.status)
        select notification_meta.record_changes(
            new.tenant_id, now_at, array_agg(id), array_agg(timeline_seq), array_agg(10::smallint), array_agg(status), array_agg(batch_id),
            array_agg(notification_meta.cause(4, null, ended_channel, ended_status))) into recorded -- the one before it ended
        from woken;

        -- Those behind it have their time after it, not after the beginning.
        select n.fallback_after into after_seconds from notifications n where n.id = first_id and n.tenant_id = new.tenant_id;
        update deliveries d set due_at = least(d.due_at, now_at + make_interval(secs => (d.chain - next_place) * after_seconds))
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > next_place and d.status = 10 and after_seconds is not null;
    end if;
    return null;
end $$;

drop function notification_meta.channel_name(smallint);
