-- Anybody may register a tenant under anybody's address, so an address may stand in any number of tenants. A log-in that names no tenant
-- looks at a few of them, those where the address has signed in before first.
alter table users add column sign_in_order smallint not null default 0; -- the lowest is looked at first; above 0 what should come last
-- When the address first signed in here with its password; registering is no proof. Who is here already counts as having done so.
alter table users add column signed_in_at timestamptz default now();
alter table users alter column signed_in_at drop default;
-- With a condition that only the log-in states: a look-up of one tenant's user by the address must not pass everybody's (0022).
create index users_sign_in on users (normalized_email, sign_in_order, signed_in_at, created_at, tenant_id) where sign_in_order is not null;
drop index users_by_email;

-- The tenants in which somebody with this address may sign in, at most five: the one that is named, or those that come first.
create or replace function notification_meta.tenants_of_email(email text, tenant_key text) returns setof uuid
language plpgsql stable security definer set search_path = public, pg_temp as $$
begin
    if tenant_key is not null then
        return query select u.tenant_id from tenants t join users u on u.tenant_id = t.tenant_id and u.normalized_email = tenants_of_email.email
            where t.key = tenants_of_email.tenant_key;
    else
        return query select u.tenant_id from users u where u.normalized_email = tenants_of_email.email and u.sign_in_order >= '-32768'::smallint
            order by u.sign_in_order, u.signed_in_at, u.created_at, u.tenant_id limit 5;
    end if;
end $$;
