-- Counters of rate limits whose subject names a tenant that is being erased; they are few, and gone by themselves after an hour.
create or replace function notification_meta.erase_tenant_counters(erasure uuid) returns int
language sql security definer set search_path = public, pg_temp as $$
    with gone as (
        delete from rate_limits r using tenant_erasures e
        where e.id = erasure and e.finished_at is null and strpos(r.subject, e.subject::text) > 0 returning 1)
    select count(*)::int from gone
$$;

revoke all on function notification_meta.erase_tenant_counters(uuid) from public;
grant execute on function notification_meta.erase_tenant_counters(uuid) to notification_worker;
