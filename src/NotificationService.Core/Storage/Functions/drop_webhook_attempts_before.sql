-- Attempts have a retention of their own: whole months that ended before the instant go, unless a message of such a month still waits for its next
-- try. Gives up rather than wait for a lock.
create or replace function notification_meta.drop_webhook_attempts_before(instant timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare part record; until_when timestamptz; dropped int := 0;
begin
    for part in
        select c.relname, make_timestamptz(left(right(c.relname, 7), 4)::int, right(c.relname, 2)::int, 1, 0, 0, 0, 'UTC') as began
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname = 'webhook_attempts' and c.relname ~ '_y\d{4}m\d{2}$'
    loop
        until_when := (part.began at time zone 'utc' + interval '1 month') at time zone 'utc';
        if until_when <= instant and not exists (
            select from webhook_messages
            where state = {message.pending} and id >= notification_meta.uuid_floor(part.began) and id < notification_meta.uuid_floor(until_when)) then
            execute format('drop table %I', part.relname);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;

revoke all on function notification_meta.drop_webhook_attempts_before(timestamptz) from public;
grant execute on function notification_meta.drop_webhook_attempts_before(timestamptz) to notification_worker;
