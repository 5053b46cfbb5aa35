-- Gathers added changes into the counts and says whose. At most so many changes at once.
-- Several workers at once: each takes what no other holds; the counts are written in the order of their keys, so that nobody waits in a circle.
create or replace function notification_meta.gather_batches(max_count int) returns table (tenant uuid, batch uuid, taken int)
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

revoke all on function notification_meta.gather_batches(int) from public;
grant execute on function notification_meta.gather_batches(int) to notification_worker;
