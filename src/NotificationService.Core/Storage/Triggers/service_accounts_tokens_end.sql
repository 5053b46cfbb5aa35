-- The access tokens of another version end.
create or replace trigger service_accounts_tokens_end after update on service_accounts for each row when (new.token_version <> old.token_version)
execute function notification_meta.end_tokens();
