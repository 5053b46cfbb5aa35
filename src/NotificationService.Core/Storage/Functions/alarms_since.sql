-- What happened since then that the admins of a tenant are to be written to about, the oldest first: endpoints that the service disabled by itself, and
-- providers that a vendor's refusal suspended.
create or replace function notification_meta.alarms_since(since timestamptz, max_count int)
    returns table (tenant_id uuid, kind smallint, subject uuid, name text, channel smallint, reason text, at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
    select alarm.* from (
        (select e.tenant_id, 1::smallint, e.id, e.url, null::smallint, coalesce(e.last_failure, e.disabled_for), e.disabled_at
         from webhook_endpoints e where e.disabled_at > since and e.disabled_for is not null order by e.disabled_at limit max_count)
        union all
        (select s.tenant_id, 2::smallint, s.provider_id, p.name, p.channel, s.message, s.suspended_at
         from provider_suspensions s join providers p on p.tenant_id = s.tenant_id and p.id = s.provider_id and p.revision = s.revision
         where s.suspended_at > since order by s.suspended_at limit max_count)
    ) as alarm(tenant_id, kind, subject, name, channel, reason, at)
    order by alarm.at limit max_count
$$;

revoke all on function notification_meta.alarms_since(timestamptz, int) from public;
grant execute on function notification_meta.alarms_since(timestamptz, int) to notification_worker;
