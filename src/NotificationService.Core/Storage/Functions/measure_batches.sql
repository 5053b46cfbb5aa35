-- Measures how fast batches go, unless that was done a moment ago, and notes once that one has ended: closed, and nothing of it waits. The stretch
-- that the rate is measured over moves on; after a minute without a measure a new one begins.
-- Whoever closes a batch has waited for its chunks, so what is counted after its row is held holds all of them; in one statement with it the
-- count could be older than the closing. A batch that somebody else holds is measured the next time.
-- Each batch by its key: a plan made while there were few would read all batches of all tenants, twice a second (docs/decisions/0027-what-a-statement-touches.md).
create or replace function notification_meta.measure_batches(tenants uuid[], ids uuid[], apart float8) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare held_tenants uuid[]; held_ids uuid[];
begin
    select array_agg(h.tenant_id), array_agg(h.id) into held_tenants, held_ids
    from (
        select held.tenant_id, held.id
        from (select g.tenant_id, g.id from unnest(tenants, ids) as g(tenant_id, id) order by g.tenant_id, g.id) i
        cross join lateral (
            select b.tenant_id, b.id from batches b where b.tenant_id = i.tenant_id and b.id = i.id for no key update skip locked) held) h;

    with counted as materialized (
        select i.tenant_id, i.id,
            coalesce(sum(c.n) filter (where c.status = {tally.pending}), 0) as pending, coalesce(sum(c.n) filter (where c.status > {tally.pending}), 0)::bigint as ended
        from unnest(held_tenants, held_ids) as i(tenant_id, id)
        left join lateral (
            select g.status, g.n from batch_counts g where g.tenant_id = i.tenant_id and g.batch_id = i.id
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = i.tenant_id and h.batch_id = i.id) c on true
        group by i.tenant_id, i.id
    ),
    worked as materialized (
        select counted.*, w.done from counted
        left join lateral (
            select k.rows_total, k.rows_done, k.rows_queued from bulk_jobs k where k.tenant_id = counted.tenant_id and k.id = counted.id offset 0) j on true
        cross join lateral notification_meta.batch_done(counted.tenant_id, counted.id, j.rows_total, j.rows_done, j.rows_queued) w
    )
    update batches b
    set ended_at = coalesce(b.ended_at, case when b.closed_at is not null and worked.pending = 0 then clock_timestamp() end),
        rate_per_second = case when b.sampled_at is null then null else greatest(0, worked.ended - b.sampled_ended) / extract(epoch from clock_timestamp() - b.sampled_at)::float8 end,
        sampled_at = clock_timestamp(), sampled_ended = worked.ended,
        pace_at = case when age.begins then clock_timestamp() when age.moves then age.last_at else b.pace_at end,
        pace_done = case when age.begins then worked.done when age.moves then coalesce(b.pace_next_done, b.pace_done) else b.pace_done end,
        pace_next_at = case when age.begins then null when age.moves then clock_timestamp() else b.pace_next_at end,
        pace_next_done = case when age.begins then null when age.moves then worked.done else b.pace_next_done end
    from worked
    -- Held above, so that it stays where it is.
    cross join lateral (
        select h.ctid, h.pace_at, h.pace_next_at from batches h where h.tenant_id = worked.tenant_id and h.id = worked.id offset 0) was
    cross join lateral (
        select coalesce(was.pace_next_at, was.pace_at) as last_at,
            coalesce(was.pace_next_at, was.pace_at, '-infinity') < clock_timestamp() - interval '1 min' as begins,
            coalesce(was.pace_next_at, was.pace_at, '-infinity') < clock_timestamp() - interval '15 s' as moves) age
    where b.ctid = was.ctid
      and (b.sampled_at is null or b.sampled_at < clock_timestamp() - make_interval(secs => apart)
           or (b.closed_at is not null and worked.pending = 0 and b.ended_at is null));
end $$;

revoke all on function notification_meta.measure_batches(uuid[], uuid[], float8) from public;
grant execute on function notification_meta.measure_batches(uuid[], uuid[], float8) to notification_worker;
