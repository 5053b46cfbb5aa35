-- Run once by a superuser after postgres-login.sql, where the service is to run without the owner's rights (charts/notification-service does):
-- the login that `serve` connects as. It may become the two roles that the service acts as, and owns nothing; `migrate` connects as notification_owner.
-- The two roles are made here, because the service's login needs them before the first migration; that finds them and leaves them as they are.
do $$
declare r text;
begin
    foreach r in array array['notification_app', 'notification_worker'] loop
        if not exists (select from pg_roles where rolname = r) then
            execute format('create role %I nologin noinherit', r);
        end if;
    end loop;
end $$;
grant notification_app, notification_worker to notification_owner;
create role notification_service login noinherit password 'change-me';
grant notification_app, notification_worker to notification_service;
