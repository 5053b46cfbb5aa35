-- A UUIDv7 for what the database itself publishes.
create or replace function notification_meta.new_id() returns uuid language sql volatile as $$
    select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(gen_random_uuid()::text, 16))::uuid
    from (select lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') as h) x
$$;

revoke all on function notification_meta.new_id() from public;
grant execute on function notification_meta.new_id() to notification_app, notification_worker;
