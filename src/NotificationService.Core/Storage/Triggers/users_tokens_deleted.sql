-- All access tokens of a person who is deleted end.
create or replace trigger users_tokens_deleted after delete on users for each row execute function notification_meta.end_tokens();
