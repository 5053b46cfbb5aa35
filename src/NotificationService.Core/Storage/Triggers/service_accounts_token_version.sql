-- What a service account may do changes, from where, or whether it may do anything: its access tokens are of another version. A rotation that leaves no time raises the version itself.
create or replace trigger service_accounts_token_version before update on service_accounts for each row
when (row(old.scopes, old.live, old.ip_allow_list, old.expires_at, old.disabled_at) is distinct from row(new.scopes, new.live, new.ip_allow_list, new.expires_at, new.disabled_at)
    and new.token_version = old.token_version)
execute function notification_meta.next_token_version();
