-- Adds some of the changes of the ledger to its counts and removes them; says how many. Together both say at every moment the same.
-- Several workers at once: each takes what no other holds; the counts are written in the order of their keys, so that nobody waits in a circle.
create or replace function notification_meta.gather_ledger(max_count int) returns int
language sql security definer set search_path = public, pg_temp as $$
    with picked as materialized (
        select c.ctid as place, c.* from ledger_changes c limit max_count for update skip locked
    ),
    gone as (delete from ledger_changes where ctid = any (array(select place from picked))),
    summed as (
        select p.tenant_id, p.hour, p.live, p.channel, p.status, sum(p.accepted)::bigint as accepted, sum(p.delta)::bigint as delta
        from picked p group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    ),
    added as (
        insert into ledger_counts as c (tenant_id, hour, live, channel, status, accepted, n) select * from summed
        on conflict (tenant_id, hour, live, channel, status) do update set accepted = c.accepted + excluded.accepted, n = c.n + excluded.n
    )
    select count(*)::int from picked
$$;

revoke all on function notification_meta.gather_ledger(int) from public;
grant execute on function notification_meta.gather_ledger(int) to notification_worker;
