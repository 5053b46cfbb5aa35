-- A push that waits to be tried again for some devices and is stopped is sent, if another device has it; else it is cancelled.
create or replace function notification_meta.stopped_status(devices jsonb) returns smallint language sql immutable parallel safe
    as $$ select case when (devices->>'reached')::int > 0 then {status.sent} else {status.cancelled} end::smallint $$;

revoke all on function notification_meta.stopped_status(jsonb) from public;
grant execute on function notification_meta.stopped_status(jsonb) to notification_app, notification_worker;
