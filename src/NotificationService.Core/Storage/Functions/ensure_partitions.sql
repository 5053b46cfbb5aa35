-- Makes the partitions of this month and of the months ahead; anyone may call it any number of times.
create or replace function notification_meta.ensure_partitions(months_ahead int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    parent text; m int; from_month timestamptz; partition_name text; made int := 0;
begin
    perform pg_advisory_xact_lock(520093698);
    foreach parent in array array['notifications', 'timeline', 'attempts', 'engagements', 'webhook_attempts'] loop
        for m in -1..months_ahead loop
            from_month := date_trunc('month', now() at time zone 'utc') at time zone 'utc' + make_interval(months => m);
            partition_name := parent || to_char(from_month at time zone 'utc', '"_y"YYYY"m"MM');
            if to_regclass(partition_name) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)', partition_name, parent,
                    notification_meta.uuid_floor(from_month), notification_meta.uuid_floor(from_month + interval '1 month'));
                execute format('alter table %I enable row level security', partition_name);
                execute format('alter table %I force row level security', partition_name);
                made := made + 1;
            end if;
        end loop;
        partition_name := parent || '_default';
        if to_regclass(partition_name) is null then
            execute format('create table %I partition of %I default', partition_name, parent);
            execute format('alter table %I enable row level security', partition_name);
            execute format('alter table %I force row level security', partition_name);
        end if;
    end loop;
    return made;
end $$;

revoke all on function notification_meta.ensure_partitions(int) from public;
grant execute on function notification_meta.ensure_partitions(int) to notification_worker;
