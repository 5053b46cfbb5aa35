-- Whose tokens have ended recently enough that one may still be about: users and service accounts, or sign-ins; at most so many, of every tenant.
create or replace function notification_meta.ended_tokens_within(longest_token interval, of_sign_ins boolean, max_rows int)
returns table (subject uuid, version int)
language sql stable security definer set search_path = public, pg_temp as $$
    select e.subject, e.version from ended_tokens e
    where e.is_sign_in = of_sign_ins and e.ended_at > now() - longest_token limit max_rows
$$;

revoke all on function notification_meta.ended_tokens_within(interval, boolean, int) from public;
grant execute on function notification_meta.ended_tokens_within(interval, boolean, int) to notification_app;
