-- Why a statement or a trigger changed a status by itself: a number of the enum StatusCause, and what belongs to it.
create or replace function notification_meta.cause(cause int, devices jsonb default null, channel smallint default null, status smallint default null) returns json
language sql immutable parallel safe
    as $$ select json_strip_nulls(json_build_object('cause', cause, 'channel', channel, 'status', status, 'devices', devices)) $$;

revoke all on function notification_meta.cause(int, jsonb, smallint, smallint) from public;
grant execute on function notification_meta.cause(int, jsonb, smallint, smallint) to notification_app, notification_worker;
