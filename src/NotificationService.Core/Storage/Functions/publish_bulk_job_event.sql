-- Publishes that a file is over, or how far it is and how fast, once a second at most.
create or replace function notification_meta.publish_bulk_job_event() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    is_over boolean := new.state in ({job.ended}) and new.state <> old.state;
    pace record;
begin
    if not is_over and old.published_at > clock_timestamp() - interval '1 s' then
        return new;
    end if;
    new.published_at := clock_timestamp();
    select p.rate, p.eta into pace from notification_meta.batch_pace(new.tenant_id, new.id, new.rows_total, new.rows_done, new.rows_queued) p;
    perform notification_meta.publish_event(new.tenant_id, notification_meta.new_id(), case when is_over then 'bulk_job.completed' else 'bulk_job.progress' end, new.id, new.published_at, json_build_object(
        'name', new.name, 'state', new.state, 'reason', new.reason, 'rows_total', new.rows_total, 'rows_done', new.rows_done, 'rows_queued', new.rows_queued,
        'rows_bad', new.rows_bad, 'rows_repeated', new.rows_repeated, 'rate_per_second', pace.rate, 'eta_seconds', pace.eta));
    return new;
end $$;

revoke all on function notification_meta.publish_bulk_job_event() from public;
