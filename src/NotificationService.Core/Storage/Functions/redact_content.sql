-- :days has the days by the number of the channel. Looks at the next notifications of a tenant whose time for content is over, channel by channel along the primary key from where it stopped, and takes out the content of
-- those of which every channel's time is over. One with a delivery that has not ended is left for later. Answers how many it looked at: less than asked for, and
-- there is no more for now. Runs as the schema's owner under the tenant's scope. One at a time for each tenant; whoever comes second finds nothing to do.
create or replace function notification_meta.redact_content(tenant uuid, days json, max_rows int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    before text := current_setting('app.tenant', true); kept record; mark uuid; cutoff uuid; ids uuid[]; due uuid[]; unended uuid[]; looked int := 0; job record;
begin
    if not pg_try_advisory_xact_lock(hashtextextended(tenant::text, 50)) then
        return 0;
    end if;
    perform set_config('app.tenant', tenant::text, true);
    for kept in
        select d.channel::smallint as channel, d.n::int as n from json_each_text(days) d(channel, n)
    loop
        cutoff := notification_meta.uuid_floor(now() - make_interval(days => kept.n));
        mark := coalesce((select m.reached from retention_marks m where m.tenant_id = tenant and m.channel = kept.channel), '00000000-0000-0000-0000-000000000000');
        select array_agg(x.id order by x.id) into ids from (
            select n.id from notifications n where n.tenant_id = tenant and n.id > mark and n.id < cutoff order by n.tenant_id, n.id limit max_rows) x;
        continue when ids is null;

        select array_agg(x.id order by x.id) filter (where x.is_over and not x.is_open), array_agg(x.id order by x.id) filter (where x.is_over and x.is_open) into due, unended
        from notification_meta.content_of(tenant, ids, days) x;
        perform notification_meta.redact_notifications(tenant, due);
        insert into retention_left (tenant_id, notification_id, looked_at) select tenant, i, now() from unnest(unended) i on conflict do nothing;
        insert into retention_marks (tenant_id, channel, reached) values (tenant, kept.channel, ids[cardinality(ids)])
        on conflict (tenant_id, channel) do update set reached = excluded.reached;
        looked := looked + cardinality(ids);
    end loop;

    -- Those that were left, the longest ago first.
    select array_agg(x.notification_id) into ids from (
        select l.notification_id from retention_left l where l.tenant_id = tenant and l.looked_at < now() - interval '5 minutes' order by l.tenant_id, l.looked_at limit max_rows) x;
    if ids is not null then
        select array_agg(x.id order by x.id) filter (where x.is_over and not x.is_open) into due from notification_meta.content_of(tenant, ids, days) x;
        update retention_left l set looked_at = now() where l.tenant_id = tenant and l.notification_id = any (ids);
        perform notification_meta.redact_notifications(tenant, due);
        looked := looked + cardinality(ids);
    end if;

    -- Files and what stands once for a batch name no channel of their own: the longest time that was set.
    cutoff := notification_meta.uuid_floor(now() - make_interval(days => (select max(d.n::int) from json_each_text(days) d(channel, n))));
    mark := coalesce((select m.reached from retention_marks m where m.tenant_id = tenant and nullif(m.channel, 0) is null), '00000000-0000-0000-0000-000000000000');
    for job in
        select b.id, b.ended_at, b.is_job from batches b where b.tenant_id = tenant and b.id > mark and b.id < cutoff order by b.tenant_id, b.id limit 20
    loop
        -- One that goes on keeps what it needs, and those after it wait: ids are in the order of time, and so are ends, or nearly.
        exit when job.ended_at is null and job.id > notification_meta.uuid_floor(now() - interval '90 days');
        update batches b set shared = null where b.tenant_id = tenant and b.id = job.id and b.shared is not null;
        if job.is_job then
            exit when notification_meta.delete_bulk_rows(tenant, job.id, 200) = 200;
            update bulk_jobs j set rows_gone = true, samples = null where j.tenant_id = tenant and j.id = job.id and not j.rows_gone and j.state in ({job.ended});
        end if;
        insert into retention_marks (tenant_id, channel, reached) values (tenant, 0, job.id) on conflict (tenant_id, channel) do update set reached = excluded.reached;
    end loop;
    perform set_config('app.tenant', coalesce(before, ''), true);
    return looked;
end $$;

revoke all on function notification_meta.redact_content(uuid, json, int) from public;
grant execute on function notification_meta.redact_content(uuid, json, int) to notification_worker;
