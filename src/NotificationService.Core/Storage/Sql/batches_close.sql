-- Completes (2) or cancels (3) a batch; waits for chunks that are being written. A batch that was completed can still be cancelled, not the other way round.
-- A bulk job's counts are a batch, too, but not one that anybody else adds to or closes. $1 tenant, $2 id, $3 state, $4 now. Answers the state before and whether it was changed; no row when there is none.
with before as materialized (select id, state, ended_at from batches where tenant_id = $1 and id = $2 and not exists (select from bulk_jobs j where j.tenant_id = $1 and j.id = $2) for update),
changed as (
    update batches b set state = $3, closed_at = coalesce(b.closed_at, $4)
    from before where b.tenant_id = $1 and b.id = $2 and before.state < $3 and before.ended_at is null
    returning b.id
)
select before.state, changed.id is not null from before left join changed on true
