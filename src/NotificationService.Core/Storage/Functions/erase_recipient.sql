-- One step of a sweep through all that is known of a person, in one transaction with what is counted: whoever dies here has removed and counted the same. Answers whether the
-- sweep goes on. Runs as the schema's owner under the tenant's scope. Each step reads what belongs to the person by an index, or so many rows of the tenant from where it stopped.
-- What was sent without a userId is looked through by the addresses, up to :settles ago: whatever is committed later has a later id.
create or replace function notification_meta.erase_recipient(tenant uuid, erasure uuid, settles interval, max_rows int) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    before text := current_setting('app.tenant', true); e recipient_erasures; modes boolean[]; next_phase smallint; skipped boolean := false; n int := 0;
    ids uuid[]; hits uuid[]; upper_id uuid; done record; row_range record; job record; found_rows record;
begin
    perform set_config('app.tenant', tenant::text, true);
    select * into e from recipient_erasures r where r.tenant_id = tenant and r.id = erasure and r.signature is null for no key update;
    if not found then
        perform set_config('app.tenant', coalesce(before, ''), true);
        return false;
    end if;
    -- Of the live mode, whatever there is; a test account reaches nothing that is live.
    modes := case when e.live then '{t,f}' else '{f}' end::boolean[];
    next_phase := e.phase;

    if e.phase = 1 then
        -- What names the person. It also says by which addresses the person was written to.
        select array_agg(x.id order by x.id) into ids from (
            select m.id from unnest(modes) mode(live)
            -- Ranges and that order: no other index has it, so that the planner takes no other, whatever it knows of the table.
            cross join lateral (
                select v.id from notifications v
                where v.tenant_id = tenant and v.user_id >= e.user_id and v.user_id <= e.user_id and v.live >= mode.live and v.live <= mode.live and v.user_id is not null
                order by v.tenant_id, v.user_id, v.live, v.id limit max_rows) m
            limit max_rows) x;
        if ids is null then
            next_phase := 2;
        else
            e.addresses := (select array_agg(a.address) from (
                select distinct address from (
                    select unnest(e.addresses) as address
                    union all
                    select said.address from unnest(ids) i(id)
                    cross join lateral (select m.recipient from notifications m where m.tenant_id = tenant and m.id = i.id offset 0) m
                    cross join lateral notification_meta.addresses_of(m.recipient) said(address)) every_one
                where length(address) between 3 and 4096 limit 2000) a);
            done := notification_meta.erase_notifications(tenant, ids);
            e.counts := notification_meta.counted(notification_meta.counted(e.counts, 'notifications', done.redacted), 'cancelled', done.cancelled);
            if done.redacted = 0 then
                skipped := true;
                next_phase := 2;
            end if;
        end if;

    elsif e.phase = 2 then
        -- Rows of files, before what was made of them: a row that is empty becomes nothing.
        next_phase := 3;
        for row_range in
            select s.job_id, s.number, s.lines, s.state from bulk_row_ranges s
            where s.tenant_id = tenant and (s.job_id, s.number) > (e.job_id, e.job_number) order by s.tenant_id, s.job_id, s.number limit greatest(max_rows / 100, 1)
        loop
            select j.live, j.map, j.state, j.upload into job from bulk_jobs j where j.tenant_id = tenant and j.id = row_range.job_id;
            if job.state = {job.uploading} or job.upload is not null then
                skipped := true;
                next_phase := 3;
                exit;
            end if;
            next_phase := 2;
            e.job_id := row_range.job_id;
            e.job_number := row_range.number;
            continue when not coalesce(job.live = any (modes), false);
            -- Whoever works them holds them until the commit.
            perform from bulk_row_ranges s where s.tenant_id = tenant and s.job_id = row_range.job_id and s.number = row_range.number for update;
            select json_agg(case when c.is_hit then c.blank else c.cells end order by c.place) as cells, array_agg(c.place - 1) filter (where c.is_hit) as hits into found_rows from (
                select a.cells, a.place::int as place, (select json_agg(''::text) from json_array_elements(a.cells)) as blank, exists (
                    select from json_array_elements_text(job.map -> 'targets') with ordinality t(target, col)
                    cross join lateral (select trim(a.cells ->> (t.col - 1)::int) as cell) v
                    where case t.target
                        when 'recipient.userId' then v.cell = e.user_id
                        when 'recipient.email' then lower(v.cell collate "C") = any (e.addresses)
                        when 'recipient.phone' then regexp_replace(v.cell, '[^0-9+]', '', 'g') = any (e.addresses)
                        when 'recipient.whatsapp' then regexp_replace(v.cell, '[^0-9+]', '', 'g') = any (e.addresses)
                        when 'recipient.deviceTokens' then string_to_array(v.cell, '|') && e.addresses end) as is_hit
                from bulk_row_ranges s cross join lateral json_array_elements(s.cells) with ordinality a(cells, place)
                where s.tenant_id = tenant and s.job_id = row_range.job_id and s.number = row_range.number) c;
            continue when found_rows.hits is null;
            update bulk_row_ranges s set cells = found_rows.cells where s.tenant_id = tenant and s.job_id = row_range.job_id and s.number = row_range.number;
            update bulk_errors b set message = 'the recipient was erased' where b.tenant_id = tenant and b.job_id = row_range.job_id and b.number = row_range.number and b.index = any (found_rows.hits);
            update bulk_jobs j set samples = null where j.tenant_id = tenant and j.id = row_range.job_id and j.samples is not null;
            e.counts := notification_meta.counted(e.counts, 'bulkRows', cardinality(found_rows.hits));
        end loop;

    elsif e.phase = 3 then
        -- What names no userId, and one of the addresses.
        next_phase := 4;
        upper_id := notification_meta.uuid_floor(clock_timestamp() - settles);
        if cardinality(e.addresses) > 0 then
            select array_agg(x.id order by x.id), array_agg(x.id order by x.id) filter (where x.is_hit) into ids, hits from (
                select m.id, m.user_id is null and m.live = any (modes) and exists (
                    select from notification_meta.addresses_of(m.recipient) said(address) where said.address = any (e.addresses)) as is_hit
                from notifications m where m.tenant_id = tenant and m.id > e.walked and m.id < upper_id order by m.tenant_id, m.id limit max_rows * 4) x;
            if ids is not null then
                done := notification_meta.erase_notifications(tenant, hits);
                e.counts := notification_meta.counted(notification_meta.counted(e.counts, 'notifications', done.redacted), 'cancelled', done.cancelled);
                if done.held is null then
                    e.walked := ids[cardinality(ids)];
                    next_phase := 3;
                else
                    -- The next sweep goes on before the first that somebody holds.
                    e.walked := coalesce((select i from unnest(ids) i where i < (select min_held from unnest(done.held) h(min_held) order by 1 limit 1) order by i desc limit 1), e.walked);
                    skipped := true;
                end if;
            end if;
        end if;

    elsif e.phase = 4 then
        next_phase := 5;
        if e.live then
            -- Whoever changes something of this inbox locks it.
            perform from inbox_users u where u.tenant_id = tenant and u.user_id = e.user_id for update;
            delete from inbox_items i where i.tenant_id = tenant and i.user_id = e.user_id and i.id = any (array(
                select x.id from inbox_items x where x.tenant_id = tenant and x.user_id = e.user_id limit max_rows));
            get diagnostics n = row_count;
            e.counts := notification_meta.counted(e.counts, 'inboxItems', n);
            if n = max_rows then
                next_phase := 4;
            else
                delete from inbox_users u where u.tenant_id = tenant and u.user_id = e.user_id;
            end if;
        end if;

    elsif e.phase = 5 then
        next_phase := 6;
        delete from recipients r where r.tenant_id = tenant and r.live = any (modes) and r.user_id = e.user_id;
        get diagnostics n = row_count;
        e.counts := notification_meta.counted(e.counts, 'directory', n);
        -- Topics first and in their order, then the mode, as whoever subscribes locks them.
        perform from topics t
        where t.tenant_id = tenant and t.live = any (modes) and t.key = any (array(
            select s.topic from topic_subscriptions s where s.tenant_id = tenant and s.live = any (modes) and s.user_id = e.user_id))
        order by t.live, t.key for no key update;
        with gone as (
            delete from topic_subscriptions s where s.tenant_id = tenant and s.live = any (modes) and s.user_id = e.user_id returning s.live, s.topic),
        counted as (
            update topics t set subscribers = t.subscribers - 1 from gone g where t.tenant_id = tenant and t.live = g.live and t.key = g.topic),
        kept as (
            update topic_directories d set subscriptions = d.subscriptions - m.n from (select g.live, count(*) as n from gone g group by g.live) m
            where d.tenant_id = tenant and d.live = m.live)
        select count(*)::int into n from gone;
        e.counts := notification_meta.counted(e.counts, 'subscriptions', n);
        delete from topic_send_people p using topic_sends t
        where t.tenant_id = tenant and not t.people_gone and t.live = any (modes) and p.tenant_id = tenant and p.send_id = t.id and p.user_id = e.user_id;
        if e.live then
            delete from recipient_preferences p where p.tenant_id = tenant and p.user_id = e.user_id;
            get diagnostics n = row_count;
            e.counts := notification_meta.counted(e.counts, 'preferences', n);
            delete from presence p where p.tenant_id = tenant and p.user_id = e.user_id;
            delete from presence_users p where p.tenant_id = tenant and p.user_id = e.user_id;
        end if;
        -- What the sandbox was given that is of no notification.
        delete from sandbox_messages m where m.tenant_id = tenant and m.live = any (modes) and m.recipient = any (e.addresses) and m.id = any (array(
            select x.id from sandbox_messages x where x.tenant_id = tenant and x.recipient = any (e.addresses) and x.live = any (modes) limit max_rows));
        get diagnostics n = row_count;
        e.counts := notification_meta.counted(e.counts, 'sandboxMessages', n);
        if n = max_rows then
            next_phase := 5;
        end if;

    elsif e.phase = 6 then
        next_phase := 7;
        if e.live then
            with looked as materialized (
                select r.sequence, r.audience, r.data from realtime_events r where r.tenant_id = tenant and r.sequence > e.event order by r.tenant_id, r.sequence limit max_rows),
            emptied as (
                update realtime_events r set audience = '[]', data = '{}' from looked l
                where r.tenant_id = tenant and r.sequence = l.sequence and (l.data ->> 'userId' = e.user_id or exists (
                    select from json_array_elements(l.audience) a where a.value::jsonb -> 'users' ? e.user_id or a.value::jsonb -> 'rooms' ? ('user:' || e.user_id)))
                returning 1)
            select (select count(*) from emptied) as emptied, (select count(*) from looked) as looked, (select max(sequence) from looked) as last into done;
            e.counts := notification_meta.counted(e.counts, 'realtimeEvents', done.emptied::int);
            e.event := coalesce(done.last, e.event);
            if done.looked = max_rows then
                next_phase := 6;
            end if;
        end if;

    elsif e.phase = 7 then
        -- Reports that fit no delivery of ours.
        next_phase := 8;
        with looked as materialized (
            select x.live, x.id, x.address from unnest(modes) mode(live)
            cross join lateral (
                select r.live, r.id, r.address from receipts r
                where r.tenant_id = tenant and r.state = {receipt.unmatched} and r.live = mode.live and r.id > e.receipt order by r.tenant_id, r.state, r.live, r.id limit max_rows) x
            order by x.id limit max_rows),
        emptied as (
            update receipts r set address = null, raw = null, url = null, message = null from looked l
            where r.tenant_id = tenant and r.state = {receipt.unmatched} and r.live = l.live and r.id = l.id and (l.address = any (e.addresses) or lower(l.address collate "C") = any (e.addresses))
            returning 1)
        select (select count(*) from emptied) as emptied, (select count(*) from looked) as looked, (select l.id from looked l order by l.id desc limit 1) as last into done;
        e.counts := notification_meta.counted(e.counts, 'receipts', done.emptied::int);
        e.receipt := coalesce(done.last, e.receipt);
        if done.looked = max_rows then
            next_phase := 7;
        end if;
    end if;

    update recipient_erasures r set
        phase = next_phase, passed_by = e.passed_by or skipped, addresses = e.addresses, job_id = e.job_id, job_number = e.job_number, walked = e.walked, event = e.event, receipt = e.receipt,
        counts = e.counts, worked_until = clock_timestamp() + interval '1 minute'
    where r.tenant_id = tenant and r.id = erasure;
    perform set_config('app.tenant', coalesce(before, ''), true);
    return next_phase < 8;
end $$;

revoke all on function notification_meta.erase_recipient(uuid, uuid, interval, int) from public;
grant execute on function notification_meta.erase_recipient(uuid, uuid, interval, int) to notification_worker;
