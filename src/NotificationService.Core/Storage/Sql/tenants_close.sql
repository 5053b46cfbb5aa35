-- Nobody signs in to the tenant any more and nothing is sent for it: it is being removed. The caller holds the tenant's row. :tenant
insert into tenant_settings as s (tenant_id, settings, revision, changed_at, suspended_at, suspended_reason, closed_at)
values (:tenant, '{}', 1, clock_timestamp(), clock_timestamp(), 'it is being removed', clock_timestamp())
on conflict (tenant_id) do update set suspended_at = coalesce(s.suspended_at, excluded.suspended_at), closed_at = coalesce(s.closed_at, excluded.closed_at),
    revision = s.revision + 1, changed_at = clock_timestamp()
