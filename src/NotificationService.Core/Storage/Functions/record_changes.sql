-- What belongs to every change of a status, in the transaction that makes it: the row of the timeline, what is to be published, the counts of its batch
-- (docs/decisions/0037-one-place-for-public-json.md says who writes it otherwise). In the tenant's scope. Per change the delivery, its place in the timeline, the
-- status before and after, the batch or null, and why; several of one delivery in their order. What has no end yet counts as 0. Answers how many there were.
create or replace function notification_meta.record_changes(
    tenant uuid, at timestamptz, subjects uuid[], places smallint[], statuses_before smallint[], statuses smallint[], batches uuid[], details json[]) returns int
language plpgsql set search_path = public, pg_temp as $$
begin
    if subjects is null then
        return 0;
    end if;

    insert into timeline (tenant_id, delivery_id, seq, status, at, detail)
    select tenant, c.subject, c.place, c.status, record_changes.at, c.detail
    from unnest(subjects, places, statuses, details) as c(subject, place, status, detail);

    insert into outbox (shard, tenant_id, subject, seq)
    select notification_meta.shard_of(c.subject), tenant, c.subject, c.place
    from unnest(subjects, places, statuses) as c(subject, place, status)
    where c.status >= {status.sent}
    order by c.subject, c.place;

    insert into batch_changes (tenant_id, batch_id, status, delta)
    select tenant, c.batch, change.status, sum(change.delta)
    from unnest(batches, statuses_before, statuses) as c(batch, status_before, status)
    cross join lateral (values
        (case when c.status_before < {status.sent} then {tally.pending}::smallint else c.status_before end, -1),
        (case when c.status < {status.sent} then {tally.pending}::smallint else c.status end, 1)) as change(status, delta)
    where c.batch is not null
    group by c.batch, change.status
    having sum(change.delta) <> 0;

    return cardinality(subjects);
end $$;

revoke all on function notification_meta.record_changes(uuid, timestamptz, uuid[], smallint[], smallint[], smallint[], uuid[], json[]) from public;
grant execute on function notification_meta.record_changes(uuid, timestamptz, uuid[], smallint[], smallint[], smallint[], uuid[], json[]) to notification_app, notification_worker;
