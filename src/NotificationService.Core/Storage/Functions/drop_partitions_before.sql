-- Drops whole months that ended before the instant, unless something accepted in them still waits to be sent.
-- Reads deliveries_due and deliveries_leased, which hold what waits and what is held of everybody, once for each month that may go. Gives up rather than
-- wait for a lock.
create or replace function notification_meta.drop_partitions_before(instant timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare month record; part text; until_when timestamptz; dropped int := 0;
begin
    for month in
        select make_timestamptz(left(right(c.relname, 7), 4)::int, right(c.relname, 2)::int, 1, 0, 0, 0, 'UTC') as began, array_agg(c.relname::text) as parts
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname in ('notifications', 'timeline', 'attempts', 'engagements') and c.relname ~ '_y\d{4}m\d{2}$'
        group by 1
    loop
        until_when := (month.began at time zone 'utc' + interval '1 month') at time zone 'utc';
        -- What waits or is held is found in the order of the index that has nothing else; the first of the month is enough.
        if until_when <= instant
            and (select d.id from deliveries d
                 where d.status in ({status.waiting}) and d.id >= notification_meta.uuid_floor(month.began) and d.id < notification_meta.uuid_floor(until_when)
                 order by d.priority, d.tenant_id, d.channel, d.due_at, d.id limit 1) is null
            and (select d.id from deliveries d
                 where d.status = {status.sending} and d.id >= notification_meta.uuid_floor(month.began) and d.id < notification_meta.uuid_floor(until_when)
                 order by d.lease_until limit 1) is null then
            foreach part in array month.parts loop
                execute format('drop table %I', part);
                dropped := dropped + 1;
            end loop;
        end if;
    end loop;
    return dropped;
end $$;

revoke all on function notification_meta.drop_partitions_before(timestamptz) from public;
grant execute on function notification_meta.drop_partitions_before(timestamptz) to notification_worker;
