-- Stores what a tenant set up. The caller holds the tenant's row (tenants_settings_lock).
insert into tenant_settings as s (tenant_id, settings, revision, changed_at) values (:tenant, :settings::json, 1, clock_timestamp())
on conflict (tenant_id) do update set settings = excluded.settings, revision = s.revision + 1, changed_at = clock_timestamp()
