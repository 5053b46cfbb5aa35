-- What was published once never changes: a delivery renders the version it was accepted with. Nor does a version that a test was sent with, also
-- if it is never published: the test's deliveries are bound to it.
create or replace function notification_meta.refuse_change_of_published_version() returns trigger language plpgsql as $$
begin
    if old.published_at is not null or (old.tested_at is not null
        and (new.contents::text, new.source::text, new.layout, new.variables::text, new.samples::text, new.channels, new.tested_at)
            is distinct from (old.contents::text, old.source::text, old.layout, old.variables::text, old.samples::text, old.channels, old.tested_at)) then
        raise exception 'version % of template % is published, or was sent as a test, and cannot change', old.version, old.template_id
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

revoke all on function notification_meta.refuse_change_of_published_version() from public;
