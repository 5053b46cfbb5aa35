-- Takes a person out of some notifications: what waits of them ends as cancelled, and content, recipient and whatever was written about them goes. One of which a worker holds
-- a delivery is left as it is; answers how many those are, how many were redacted and how many deliveries were cancelled. Called under the tenant's scope, by erase_recipient alone.
create or replace function notification_meta.erase_notifications(tenant uuid, ids uuid[], out redacted int, out cancelled int, out held uuid[])
language plpgsql set search_path = public, pg_temp as $$
declare done uuid[]; one uuid; first_id uuid; waiting uuid[]; ends smallint[];
begin
    redacted := 0;
    cancelled := 0;
    if ids is null or cardinality(ids) = 0 then
        return;
    end if;
    -- Whoever claims at the same moment waits, or has been quicker.
    perform d.id from unnest(ids) i(id)
    cross join lateral (
        select v.id from deliveries v where v.tenant_id = tenant and v.id > i.id and v.id <= overlay(i.id::text placing 'f' from 36)::uuid order by v.id for update offset 0) d;
    select array_agg(i.id) filter (where s.is_held), array_agg(i.id order by i.id) filter (where not s.is_held) into held, done
    from unnest(ids) i(id)
    cross join lateral (
        select coalesce(bool_or(d.status = {status.sending}), false) as is_held
        from (select v.status from deliveries v where v.tenant_id = tenant and v.id > i.id and v.id <= overlay(i.id::text placing 'f' from 36)::uuid offset 0) d) s;
    if done is null then
        return;
    end if;

    first_id := done[1];
    redacted := cardinality(done);
    select array_agg(d.id order by d.id), array_agg(notification_meta.stopped_status(d.devices) order by d.id) into waiting, ends
    from unnest(done) i(id)
    cross join lateral (
        select v.id, v.status, v.devices from deliveries v where v.tenant_id = tenant and v.id > i.id and v.id <= overlay(i.id::text placing 'f' from 36)::uuid offset 0) d
    where d.status in ({status.waiting});
    -- One by one: a person's are far from each other, and what lies between them is others'.
    foreach one in array done loop
        perform notification_meta.redact_notifications(tenant, array[one]);
        update notifications n set recipient = '{}' where n.tenant_id = tenant and n.id = one;
    end loop;
    -- What is still to be called with says no more than what has happened.
    with messages as materialized (
        select m.id, m.place from unnest(done) i(id)
        cross join lateral (select v.id from deliveries v where v.tenant_id = tenant and v.id > i.id and v.id <= overlay(i.id::text placing 'f' from 36)::uuid offset 0) d
        cross join lateral (select w.id, w.ctid as place from webhook_messages w where w.tenant_id = tenant and w.subject = d.id and w.state = {message.pending} for update offset 0) m),
    rewritten as (
        update webhook_messages m set body = ((m.body::jsonb #- '{data,userId}') #- '{data,metadata}' #- '{data,failure,message}' #- '{data,devices}')::text from messages where m.ctid = messages.place)
    update webhook_attempts a set response_body = null from messages where a.tenant_id = tenant and a.message_id = messages.id and a.message_id >= first_id and a.response_body is not null;

    with before as materialized (
        select d.place, d.status, w.ends from unnest(waiting, ends) w(id, ends)
        cross join lateral (select v.ctid as place, v.status from deliveries v where v.tenant_id = tenant and v.id = w.id offset 0) d),
    ended as (
        update deliveries d set status = before.ends, timeline_seq = d.timeline_seq + 1 from before where d.ctid = before.place
        returning d.id, d.timeline_seq, d.batch_id, d.live, before.status as was, d.status),
    change as (
        select tenant as tenant_id, id as delivery_id, timeline_seq as seq, was, status, clock_timestamp() as at, batch_id, live, notification_meta.cause({cause.recipient_erased}) as detail from ended),
    {include change_recorded}
    select count(*)::int into cancelled from ended;
end $$;

revoke all on function notification_meta.erase_notifications(uuid, uuid[]) from public;
