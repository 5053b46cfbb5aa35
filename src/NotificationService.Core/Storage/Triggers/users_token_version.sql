-- What a person may do changes, or whether it may do anything: its access tokens are of another version.
create or replace trigger users_token_version before update on users for each row
when (row(old.roles, old.groups, old.disabled_at) is distinct from row(new.roles, new.groups, new.disabled_at) and new.token_version = old.token_version)
execute function notification_meta.next_token_version();
