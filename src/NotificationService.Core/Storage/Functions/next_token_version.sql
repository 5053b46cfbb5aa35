-- What tokens say of a user or service account is not so any more: those that come are of another version.
create or replace function notification_meta.next_token_version() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    new.token_version := old.token_version + 1;
    return new;
end $$;

revoke all on function notification_meta.next_token_version() from public;
