-- Which of these endpoints nothing is to be sent to any more, and why.
create or replace function notification_meta.unwanted_endpoints(endpoints uuid[]) returns table (id uuid, reason text)
language sql stable security definer set search_path = public, pg_temp as $$
    select asked.id, case when e.id is null then 'endpoint_deleted' else 'endpoint_disabled' end
    from unnest(endpoints) as asked(id) left join webhook_endpoints e on e.id = asked.id
    where e.id is null or not e.enabled
$$;

revoke all on function notification_meta.unwanted_endpoints(uuid[]) from public;
grant execute on function notification_meta.unwanted_endpoints(uuid[]) to notification_worker;
