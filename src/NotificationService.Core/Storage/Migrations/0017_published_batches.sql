-- Batches and files publish how they go. As triggers, because several statements end them, and none of them may forget it.

-- Deliveries by status, as the API has them. What is below 0 counts chunks and items (0016).
create function notification_meta.batch_deliveries(tenant uuid, batch uuid) returns json
language sql stable set search_path = public, pg_temp as $$
    select json_build_object('total', coalesce(sum(n) filter (where status >= 0), 0), 'pending', coalesce(sum(n) filter (where status = 0), 0), 'sent', coalesce(sum(n) filter (where status = 40), 0),
        'delivered', coalesce(sum(n) filter (where status = 50), 0), 'read', coalesce(sum(n) filter (where status = 60), 0),
        'suppressed', coalesce(sum(n) filter (where status = 70), 0), 'expired', coalesce(sum(n) filter (where status = 71), 0),
        'cancelled', coalesce(sum(n) filter (where status = 72), 0), 'failed', coalesce(sum(n) filter (where status = 73), 0),
        'bounced', coalesce(sum(n) filter (where status = 74), 0))
    from (
        select c.status, c.n from batch_counts c where c.tenant_id = tenant and c.batch_id = batch
        union all
        select h.status, h.delta from batch_changes h where h.tenant_id = tenant and h.batch_id = batch) counted(status, n)
$$;

-- RFC 3339, as the API writes times.
create function notification_meta.rfc3339(at timestamptz) returns text language sql stable
    as $$ select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- Closed, and every delivery has ended: published once, because ended_at is written once. Of a file that is continued with corrected rows it is published again.
create function notification_meta.publish_batch_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), 'batch.completed', new.id, new.ended_at, json_build_object(
        'batchId', new.id, 'reference', new.reference, 'status', case new.state when 3 then 'cancelled' else 'completed' end, 'mode', case when new.live then 'live' else 'test' end,
        'createdAt', notification_meta.rfc3339(new.created_at), 'endedAt', notification_meta.rfc3339(new.ended_at), 'deliveries', notification_meta.batch_deliveries(new.tenant_id, new.id)));
    return null;
end $$;
create trigger batches_published after update of ended_at on batches
for each row when (old.ended_at is null and new.ended_at is not null) execute function notification_meta.publish_batch_event();

alter table bulk_jobs add column published_at timestamptz; -- its progress, once a second at most

create function notification_meta.publish_bulk_job_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare is_over boolean := new.state in (5, 6, 7, 8) and new.state <> old.state;
begin
    if not is_over and old.published_at > clock_timestamp() - interval '1 s' then
        return new;
    end if;
    new.published_at := clock_timestamp();
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), case when is_over then 'bulk_job.completed' else 'bulk_job.progress' end, new.id, new.published_at, json_build_object(
        'jobId', new.id, 'name', new.name,
        'status', (array['uploading', 'checking', 'running', 'paused', 'completed', 'failed', 'cancelled', 'checked'])[new.state], 'reason', new.reason,
        'rows', json_build_object('total', new.rows_total, 'done', new.rows_done, 'queued', new.rows_queued, 'bad', new.rows_bad, 'repeated', new.rows_repeated),
        'progress', case when new.rows_total = 0 then 0 else round(least(1, new.rows_done::numeric / new.rows_total), 6) end));
    return new;
end $$;
create trigger bulk_jobs_published before update of rows_done, state on bulk_jobs
for each row when (old.state <> 1 and (new.rows_done, new.state) is distinct from (old.rows_done, old.state)) execute function notification_meta.publish_bulk_job_event();

revoke all on function notification_meta.batch_deliveries(uuid, uuid), notification_meta.rfc3339(timestamptz), notification_meta.publish_batch_event(), notification_meta.publish_bulk_job_event() from public;
grant execute on function notification_meta.batch_deliveries(uuid, uuid), notification_meta.rfc3339(timestamptz) to notification_app, notification_worker;
