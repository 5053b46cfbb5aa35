-- Writes down that the tokens of a sign-in have ended.
create or replace function notification_meta.end_tokens_of_sign_in() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    insert into ended_tokens as e (tenant_id, subject, version, is_sign_in, ended_at) values (new.tenant_id, new.id, 1, true, now())
    on conflict (tenant_id, subject) do update set ended_at = excluded.ended_at;
    return null;
end $$;

revoke all on function notification_meta.end_tokens_of_sign_in() from public;
