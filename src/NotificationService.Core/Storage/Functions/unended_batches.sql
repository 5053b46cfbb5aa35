-- Closed batches that have not ended: those that were cancelled first, so that no number of batches for next month keeps them waiting.
create or replace function notification_meta.unended_batches(max_count int) returns table (tenant uuid, batch uuid, batch_state smallint)
language sql stable security definer set search_path = public, pg_temp as $$
    (select tenant_id, id, state from batches where state = {batch.cancelled} and ended_at is null order by closed_at limit max_count)
    union all
    (select tenant_id, id, state from batches where closed_at is not null and ended_at is null and state <> {batch.cancelled} order by closed_at limit max_count)
$$;

revoke all on function notification_meta.unended_batches(int) from public;
grant execute on function notification_meta.unended_batches(int) to notification_worker;
