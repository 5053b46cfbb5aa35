-- Writes down that the tokens of a user or service account have ended: those of a lower version, or all where the row is gone. As a trigger, so that it
-- is in the transaction of the change, whoever makes it.
create or replace function notification_meta.end_tokens() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    insert into ended_tokens as e (tenant_id, subject, version, is_sign_in, ended_at)
    values (old.tenant_id, old.id, case tg_op when 'DELETE' then 2147483647 else new.token_version end, false, now())
    on conflict (tenant_id, subject) do update set version = greatest(e.version, excluded.version), ended_at = excluded.ended_at;
    return null;
end $$;

revoke all on function notification_meta.end_tokens() from public;
