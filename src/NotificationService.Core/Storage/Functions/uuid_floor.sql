-- The smallest UUIDv7 of an instant: the bound between two partitions.
create or replace function notification_meta.uuid_floor(instant timestamptz) returns uuid language sql immutable as $$
    select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-0000-0000-000000000000')::uuid
    from (select lpad(to_hex((extract(epoch from instant) * 1000)::bigint), 12, '0') as h) x
$$;

revoke all on function notification_meta.uuid_floor(timestamptz) from public;
grant execute on function notification_meta.uuid_floor(timestamptz) to notification_app, notification_worker;
