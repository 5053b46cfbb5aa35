-- Many notifications that belong together. They come in chunks, each whole or not at all, in any order and from many callers at once.
create table batches (
    tenant_id       uuid not null,
    id              uuid not null,
    account_id      uuid,
    live            boolean not null,
    state           smallint not null default 1, -- 1 open, 2 complete: no more chunks, 3 cancelled
    reference       text,
    shared          json,              -- what stands once for all its items
    created_at      timestamptz not null,
    closed_at       timestamptz,       -- completed or cancelled
    ended_at        timestamptz,       -- closed, and every delivery has ended; written once
    sampled_at      timestamptz,       -- the last measure of how fast it goes
    sampled_ended   bigint,
    rate_per_second float8,
    primary key (tenant_id, id)
);
create index batches_unended on batches (closed_at) where closed_at is not null and ended_at is null;
create index batches_cancelled on batches (closed_at) where state = 3 and ended_at is null;
select notification_meta.protect_tenant_table('batches', 'select, insert, update', 'select');

-- One call's worth of items and what was answered: the same sequence again is answered the same.
create table batch_chunks (
    tenant_id   uuid not null,
    batch_id    uuid not null,
    sequence    int not null,          -- the caller's, from 0; -1 came with the opening
    fingerprint bytea not null,
    first_id    uuid not null,         -- an item's notification id is this one and its index
    items       int not null,
    accepted    int not null,
    rejected    int not null,
    repeated    int not null,
    response    json not null,
    created_at  timestamptz not null default now(),
    primary key (tenant_id, batch_id, sequence)
);
select notification_meta.protect_tenant_table('batch_chunks', 'select, insert', 'select');

-- How many deliveries of a batch stand where: 0 is what waits or is being sent, everything else is a delivery's status. Whoever changes
-- statuses only adds rows to the first, so that no two of them ever wait for each other; workers gather them into the second.
-- Together they are exact at every moment.
create table batch_changes (
    tenant_id uuid not null,
    batch_id  uuid not null,
    status    smallint not null,
    delta     bigint not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
create index batch_changes_batch on batch_changes (tenant_id, batch_id);
select notification_meta.protect_tenant_table('batch_changes', 'select, insert', 'select, insert');

create table batch_counts (
    tenant_id uuid not null,
    batch_id  uuid not null,
    status    smallint not null,
    n         bigint not null,
    primary key (tenant_id, batch_id, status)
) with (fillfactor = 50);
select notification_meta.protect_tenant_table('batch_counts', 'select', 'select');

alter table notifications add column batch_id uuid;
create index notifications_batch on notifications (tenant_id, batch_id, id) where batch_id is not null;

alter table deliveries add column batch_id uuid;
-- What a cancelled batch has left in the queue.
create index deliveries_batch on deliveries (batch_id, due_at) where batch_id is not null and status in (10, 20);

-- The law of a chain (0009), which now also counts what it cancels.
create or replace function notification_meta.chain_goes_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    first_id uuid := overlay(new.id::text placing '0' from 36)::uuid;
    last_id uuid := overlay(new.id::text placing 'f' from 36)::uuid;
    now_at timestamptz;
    success smallint;
    next_id uuid; next_place smallint; ended_channel smallint; ended_status smallint; after_seconds int;
begin
    perform pg_advisory_xact_lock(hashtextextended(first_id::text, 9));
    now_at := clock_timestamp();

    select d.channel into success from deliveries d
    where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (50, 60)
    order by d.chain limit 1;
    if found then
        with ended as (
            update deliveries d set status = 72, timeline_seq = d.timeline_seq + 1
            where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > 0 and d.status in (10, 20)
            returning d.id, d.timeline_seq, d.batch_id),
        counted as (
            insert into batch_changes (tenant_id, batch_id, status, delta)
            select new.tenant_id, ended.batch_id, change.status, change.delta
            from ended cross join lateral (values (0, -1), (72, 1)) as change(status, delta) where ended.batch_id is not null)
        insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
        select new.tenant_id, id, timeline_seq, 72, now_at,
            json_build_object('code', 'not_needed', 'message', notification_meta.channel_name(success) || ' reached the recipient') from ended;
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
            returning d.id, d.timeline_seq)
        insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
        select new.tenant_id, id, timeline_seq, 20, now_at, json_build_object('code', 'fallback', 'message', notification_meta.channel_name(ended_channel)
            || case ended_status when 70 then ' was suppressed' when 71 then ' expired' when 74 then ' bounced' else ' failed' end) from woken;

        -- Those behind it have their time after it, not after the beginning.
        select n.fallback_after into after_seconds from notifications n where n.id = first_id and n.tenant_id = new.tenant_id;
        update deliveries d set due_at = least(d.due_at, now_at + make_interval(secs => (d.chain - next_place) * after_seconds))
        where d.id > first_id and d.id <= last_id and d.tenant_id = new.tenant_id and d.chain > next_place and d.status = 10 and after_seconds is not null;
    end if;
    return null;
end $$;

-- Housekeeping over all tenants, as the owner: workers see a tenant's batches in its scope only.
do $$ begin
    execute format('create policy owner_keeps_batches on batches to %I using (true) with check (true)', current_user);
    execute format('create policy owner_gathers on batch_changes to %I using (true) with check (true)', current_user);
    execute format('create policy owner_gathers on batch_counts to %I using (true) with check (true)', current_user);
end $$;

-- Gathers added changes into the counts and says whose. At most so many changes at once.
-- Several workers at once: each takes what no other holds; the counts are written in the order of their keys, so that nobody waits in a circle.
create function notification_meta.gather_batches(max_count int) returns table (tenant uuid, batch uuid, taken int)
language sql security definer set search_path = public, pg_temp as $$
    with picked as materialized (
        select c.ctid, c.tenant_id, c.batch_id, c.status, c.delta from batch_changes c limit max_count for update skip locked
    ),
    gone as (delete from batch_changes c using picked where c.ctid = picked.ctid),
    summed as (
        select b.tenant_id, b.batch_id, b.status, sum(b.delta)::bigint as delta from picked b group by 1, 2, 3 order by 1, 2, 3
    ),
    added as (
        insert into batch_counts as c (tenant_id, batch_id, status, n) select * from summed
        on conflict (tenant_id, batch_id, status) do update set n = c.n + excluded.n
    )
    select s.tenant_id, s.batch_id, (select count(*) from picked)::int from summed s group by 1, 2
$$;

-- Measures how fast batches go, unless that was done a moment ago, and notes once that one has ended: closed, and nothing of it waits.
create function notification_meta.measure_batches(tenants uuid[], ids uuid[], apart float8) returns void
language sql security definer set search_path = public, pg_temp as $$
    with counted as materialized (
        select b.tenant_id, b.id,
            coalesce(sum(c.n) filter (where c.status = 0), 0) as pending, coalesce(sum(c.n) filter (where c.status <> 0), 0)::bigint as ended
        from unnest(tenants, ids) as i(tenant_id, id)
        join batches b on b.tenant_id = i.tenant_id and b.id = i.id
        left join lateral (
            select g.status, g.n from batch_counts g where g.tenant_id = b.tenant_id and g.batch_id = b.id
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = b.tenant_id and h.batch_id = b.id) c on true
        group by b.tenant_id, b.id order by b.tenant_id, b.id
    )
    update batches b
    set ended_at = coalesce(b.ended_at, case when b.closed_at is not null and counted.pending = 0 then clock_timestamp() end),
        rate_per_second = case when b.sampled_at is null then null else greatest(0, counted.ended - b.sampled_ended) / extract(epoch from clock_timestamp() - b.sampled_at)::float8 end,
        sampled_at = clock_timestamp(), sampled_ended = counted.ended
    from counted
    where b.tenant_id = counted.tenant_id and b.id = counted.id
      and (b.sampled_at is null or b.sampled_at < clock_timestamp() - make_interval(secs => apart)
           or (b.closed_at is not null and counted.pending = 0 and b.ended_at is null))
$$;

-- Closed batches that have not ended: those that were cancelled first, so that no number of batches for next month keeps them waiting.
create function notification_meta.unended_batches(max_count int) returns table (tenant uuid, batch uuid, batch_state smallint)
language sql stable security definer set search_path = public, pg_temp as $$
    (select tenant_id, id, state from batches where state = 3 and ended_at is null order by closed_at limit max_count)
    union all
    (select tenant_id, id, state from batches where closed_at is not null and ended_at is null and state <> 3 order by closed_at limit max_count)
$$;

revoke all on function notification_meta.gather_batches(int), notification_meta.measure_batches(uuid[], uuid[], float8), notification_meta.unended_batches(int) from public;
grant execute on function notification_meta.gather_batches(int), notification_meta.measure_batches(uuid[], uuid[], float8), notification_meta.unended_batches(int) to notification_worker;
