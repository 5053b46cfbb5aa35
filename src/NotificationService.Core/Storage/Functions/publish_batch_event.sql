-- Closed, and every delivery has ended: published once, because ended_at is written once. Of a file that is continued with corrected rows it is published
-- again. The counts are by status; those below 0, of chunks and items, are left out.
create or replace function notification_meta.publish_batch_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare counts json;
begin
    select json_object_agg(s.status, s.n) into counts
    from (
        select counted.status, sum(counted.n) as n
        from (
            select c.status, c.n from batch_counts c where c.tenant_id = new.tenant_id and c.batch_id = new.id
            union all
            select h.status, h.delta from batch_changes h where h.tenant_id = new.tenant_id and h.batch_id = new.id) counted(status, n)
        where counted.status >= {tally.pending}
        group by counted.status) s;
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), 'batch.completed', new.id, new.ended_at, json_build_object(
        'reference', new.reference, 'state', new.state, 'live', new.live, 'created_at', new.created_at, 'counts', counts));
    return null;
end $$;

revoke all on function notification_meta.publish_batch_event() from public;
