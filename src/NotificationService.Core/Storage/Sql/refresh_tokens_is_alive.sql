-- Whether a sign-in goes on and its person has a role and is not disabled. Index: the primary keys. :tenant, :sign_in, :user, :role, :now
-- In a new database all indexes of users cost the same. The order is one that only the primary key has, and a person is looked up by both its ends.
select exists (
    select from (
        select t.account_id from refresh_tokens t
        where t.tenant_id = :tenant and t.id = :sign_in and t.revoked_at is null and t.expires_at > :now offset 0) s
    cross join lateral (
        select u.disabled_at, u.roles from users u where u.tenant_id = :tenant and u.id >= s.account_id and u.id <= s.account_id order by u.id limit 1) u
    where s.account_id = :user and u.disabled_at is null and :role = any (u.roles)
) as is_alive
