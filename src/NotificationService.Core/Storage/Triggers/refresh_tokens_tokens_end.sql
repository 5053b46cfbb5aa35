-- A sign-in is ended, by logging out, by somebody else, or because a refresh token was used twice: its access tokens end.
create or replace trigger refresh_tokens_tokens_end after update on refresh_tokens for each row when (old.revoked_at is null and new.revoked_at is not null)
execute function notification_meta.end_tokens_of_sign_in();
