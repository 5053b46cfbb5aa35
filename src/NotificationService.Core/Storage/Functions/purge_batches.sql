-- Batches and jobs of which nothing has happened since the instant, with their chunks and counts, in batches; the caller repeats until it answers
-- less than it may. One that is open counts as over when nothing came for as long. Whoever adds to one holds its row.
create or replace function notification_meta.purge_batches(instant timestamptz, batch_size int) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare old record; gone int := 0; deleted int;
begin
    for old in
        select b.tenant_id, b.id from batches b
        where b.created_at < instant and greatest(b.created_at, b.sampled_at, b.ended_at) < instant and (b.ended_at is not null or b.state = {batch.open})
          and not exists (select from deliveries d where d.tenant_id = b.tenant_id and d.batch_id = b.id and d.status in ({status.waiting}))
          and not exists (select from bulk_jobs j where j.tenant_id = b.tenant_id and j.id = b.id and j.state in ({job.unended}))
          -- One value for each batch, and no join: planned while there was little, the planner would read every tenant's sends.
          and not coalesce((select t.state = {topic_send.running} or not t.people_gone from topic_sends t where t.tenant_id = b.tenant_id and t.id = b.id), false)
        order by b.created_at limit batch_size for update of b skip locked
    loop
        -- Whoever goes on with a job holds it and wants its batch: waiting for them would be a circle, and then it is not over.
        perform from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id for update skip locked;
        continue when not found and exists (select from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id);
        continue when exists (
            select from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id
              and (j.state in ({job.unended}) or (j.upload is not null and j.touched_at > clock_timestamp() - interval '2 minutes')));
        update bulk_jobs j set upload = null where j.tenant_id = old.tenant_id and j.id = old.id and j.upload is not null;
        -- A row range is a thousand rows.
        deleted := notification_meta.delete_bulk_rows(old.tenant_id, old.id, (batch_size - gone) / 100 + 1);
        gone := gone + 100 * deleted;
        if gone < batch_size then
            delete from batch_chunks where ctid = any (array(select c.ctid from batch_chunks c where c.tenant_id = old.tenant_id and c.batch_id = old.id limit batch_size - gone));
            get diagnostics deleted = row_count;
            gone := gone + deleted;
        end if;
        if gone >= batch_size then
            return gone;
        end if;
        delete from bulk_jobs j where j.tenant_id = old.tenant_id and j.id = old.id;
        delete from topic_sends t where t.tenant_id = old.tenant_id and t.id = old.id;
        delete from batch_changes c where c.tenant_id = old.tenant_id and c.batch_id = old.id;
        delete from batch_counts c where c.tenant_id = old.tenant_id and c.batch_id = old.id;
        delete from batches b where b.tenant_id = old.tenant_id and b.id = old.id;
        gone := gone + 1;
    end loop;
    return gone;
end $$;

revoke all on function notification_meta.purge_batches(timestamptz, int) from public;
grant execute on function notification_meta.purge_batches(timestamptz, int) to notification_worker;
