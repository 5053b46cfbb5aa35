-- The access tokens of another version end.
create or replace trigger users_tokens_end after update on users for each row when (new.token_version <> old.token_version) execute function notification_meta.end_tokens();
