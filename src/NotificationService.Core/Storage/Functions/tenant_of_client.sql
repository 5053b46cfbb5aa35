-- Whose account this is. Sign-in begins before the tenant is known: this function answers that one question and nothing else, as the schema's owner,
-- whom FORCE ROW LEVEL SECURITY binds as well and whom the policy sign_in_looks_up lets read.
create or replace function notification_meta.tenant_of_client(client text) returns uuid
language sql stable security definer set search_path = public, pg_temp as $$
    select a.tenant_id from service_accounts a
    where a.client_id = client and not exists (select from tenant_settings s where s.tenant_id = a.tenant_id and s.closed_at is not null)
$$;

revoke all on function notification_meta.tenant_of_client(text) from public;
grant execute on function notification_meta.tenant_of_client(text) to notification_app;
