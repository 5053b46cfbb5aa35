-- Suspends a tenant; one that is suspended keeps since when it is. :tenant, :reason
insert into tenant_settings as s (tenant_id, settings, revision, changed_at, suspended_at, suspended_reason)
values (:tenant, '{}', 1, clock_timestamp(), clock_timestamp(), :reason)
on conflict (tenant_id) do update set suspended_at = coalesce(s.suspended_at, excluded.suspended_at), suspended_reason = excluded.suspended_reason,
    revision = s.revision + 1, changed_at = clock_timestamp()
