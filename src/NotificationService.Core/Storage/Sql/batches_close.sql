-- Completes (2) or cancels (3) a batch; waits for chunks that are being written. A batch that was completed can still be cancelled, not the other way round.
-- A bulk job's counts are a batch, too, but not one that anybody else adds to or closes; what goes to topics is one that anybody may cancel. :tenant, :id, :state, :now. Answers whether it was changed; no row when there is none.
with before as materialized (select id, state, ended_at from batches where tenant_id = :tenant and id = :id and not exists (select from bulk_jobs j where j.tenant_id = :tenant and j.id = :id) and not exists (
    select from topic_sends t where t.tenant_id = :tenant and t.id = :id and t.state = {topic_send.running} and :state <> {batch.cancelled}) for update),
changed as (
    update batches b set state = :state, closed_at = coalesce(b.closed_at, :now)
    from before where b.tenant_id = :tenant and b.id = :id and before.state < :state and before.ended_at is null
    returning b.id
)
select changed.id is not null as changed from before left join changed on true
