-- Whether any tenant lists the origin among those whose pages may call. A preflight comes before sign-in: this function answers that one question and does
-- not say who lists it, as the schema's owner, whom a policy of tenant_settings lets read.
create or replace function notification_meta.is_origin_listed(origin text) returns boolean
language sql stable security definer set search_path = public, pg_temp as $$
    select exists (select from tenant_settings where (settings -> 'allowedOrigins')::jsonb ? origin)
$$;

revoke all on function notification_meta.is_origin_listed(text) from public;
grant execute on function notification_meta.is_origin_listed(text) to notification_app;
