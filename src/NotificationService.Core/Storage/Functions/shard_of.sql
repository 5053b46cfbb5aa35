-- All channels of a notification are in one shard: the last hexadecimal digit is the channel.
create or replace function notification_meta.shard_of(id uuid) returns smallint language sql immutable parallel safe
    as $$ select (get_byte(uuid_send(id), 14) & 7)::smallint $$;

revoke all on function notification_meta.shard_of(uuid) from public;
grant execute on function notification_meta.shard_of(uuid) to notification_app, notification_worker;
