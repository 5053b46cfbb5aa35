-- The tenant that was served longest ago, and of its jobs the one that was: whoever has many jobs has no more turns than whoever has one.
-- A suspended tenant's jobs stay where they are until it is resumed.
-- Several workers at once: each takes a job that no other is taking.
create or replace function notification_meta.next_bulk_job() returns table (tenant uuid, job uuid)
language sql security definer set search_path = public, pg_temp as $$
    update bulk_jobs j set served_at = clock_timestamp()
    from (
        select b.tenant_id, b.id
        from bulk_jobs b
        join (select w.tenant_id, max(w.served_at) as served_at from bulk_jobs w where w.state in ({job.working}) group by w.tenant_id) t on t.tenant_id = b.tenant_id
        where b.state in ({job.working}) and b.tenant_id not in (select notification_meta.suspended_tenants(1000000))
        order by t.served_at nulls first, b.served_at nulls first limit 1 for update of b skip locked) next
    where j.tenant_id = next.tenant_id and j.id = next.id
    returning j.tenant_id, j.id
$$;

revoke all on function notification_meta.next_bulk_job() from public;
grant execute on function notification_meta.next_bulk_job() to notification_worker;
