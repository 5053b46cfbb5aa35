-- All access tokens of a service account that is deleted end.
create or replace trigger service_accounts_tokens_deleted after delete on service_accounts for each row execute function notification_meta.end_tokens();
