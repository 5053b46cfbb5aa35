-- The hour in which something got its id, a UUIDv7: hours since 1970, by UTC.
create or replace function notification_meta.hour_of(id uuid) returns int language sql immutable parallel safe
    as $$ select (('x' || left(id::text, 8) || substr(id::text, 10, 4))::bit(48)::bigint / 3600000)::int $$;

revoke all on function notification_meta.hour_of(uuid) from public;
grant execute on function notification_meta.hour_of(uuid) to notification_app, notification_worker;
