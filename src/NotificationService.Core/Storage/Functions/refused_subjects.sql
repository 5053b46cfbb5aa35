-- Users and service accounts disabled recently enough that a token of theirs may still be about.
create or replace function notification_meta.refused_subjects(longest_token interval) returns setof uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select id from users where disabled_at > now() - longest_token
    union all
    select id from service_accounts where disabled_at > now() - longest_token
$$;

revoke all on function notification_meta.refused_subjects(interval) from public;
grant execute on function notification_meta.refused_subjects(interval) to notification_app;
