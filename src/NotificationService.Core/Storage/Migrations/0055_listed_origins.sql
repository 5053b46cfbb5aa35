-- Which tenants list an origin, for preflights, which come before sign-in. Without a list of pending entries: each of those would be read by every look-up.
create index tenant_settings_origins on tenant_settings using gin (((settings -> 'allowedOrigins')::jsonb)) with (fastupdate = off);
