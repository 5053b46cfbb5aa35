-- The tenants in which somebody with this address may sign in, at most five: the one that is named, or those that come first.
create or replace function notification_meta.tenants_of_email(email text, tenant_key text) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if tenant_key is not null then
        return query select u.tenant_id from tenants t join users u on u.tenant_id = t.tenant_id and u.normalized_email = tenants_of_email.email
            where t.key = tenants_of_email.tenant_key and not exists (select from tenant_settings s where s.tenant_id = t.tenant_id and s.closed_at is not null);
    else
        return query select u.tenant_id from users u where u.normalized_email = tenants_of_email.email and u.sign_in_order >= '-32768'::smallint
                and not exists (select from tenant_settings s where s.tenant_id = u.tenant_id and s.closed_at is not null)
            order by u.sign_in_order, u.signed_in_at, u.created_at, u.tenant_id limit 5;
    end if;
end $$;

revoke all on function notification_meta.tenants_of_email(text, text) from public;
grant execute on function notification_meta.tenants_of_email(text, text) to notification_app;
