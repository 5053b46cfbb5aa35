-- Drops whole months that ended before the instant, unless something accepted in them still waits to be sent.
-- Goes from tenant to tenant along the primary key of deliveries (tenant_id, id); what has ended in such a month is removed before. Gives up rather
-- than wait for a lock.
create or replace function notification_meta.drop_partitions_before(instant timestamptz) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
declare part record; until_when timestamptz; dropped int := 0;
begin
    for part in
        select c.relname, make_timestamptz(left(right(c.relname, 7), 4)::int, right(c.relname, 2)::int, 1, 0, 0, 0, 'UTC') as began
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        where p.relname in ('notifications', 'timeline', 'attempts', 'engagements') and c.relname ~ '_y\d{4}m\d{2}$'
    loop
        until_when := (part.began at time zone 'utc' + interval '1 month') at time zone 'utc';
        if until_when <= instant and not exists (
            with recursive tenant as (
                (select d.tenant_id from deliveries d order by d.tenant_id limit 1)
                union all
                (select next.tenant_id
                 from tenant
                 cross join lateral (select d.tenant_id from deliveries d where d.tenant_id > tenant.tenant_id order by d.tenant_id limit 1) next)
            )
            select from tenant
            cross join lateral (
                select from deliveries d
                where d.tenant_id = tenant.tenant_id and d.status in ({status.unended})
                  and d.id >= (select notification_meta.uuid_floor(part.began)) and d.id < (select notification_meta.uuid_floor(until_when))
                limit 1) waiting) then
            execute format('drop table %I', part.relname);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end $$;

revoke all on function notification_meta.drop_partitions_before(timestamptz) from public;
grant execute on function notification_meta.drop_partitions_before(timestamptz) to notification_worker;
