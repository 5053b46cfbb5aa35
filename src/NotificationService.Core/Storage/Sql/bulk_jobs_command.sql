-- Pauses (4), resumes (0) or cancels (7) a job; of a paused one nothing that is queued goes out. $1 tenant, $2 id, $3 command
-- The workers find the state changed when they commit a slice, and give that slice up. What was put off while it was held is brought back by workers.
with before as materialized (select id, state, resume_to from bulk_jobs where tenant_id = $1 and id = $2 for update),
changed as (
    update bulk_jobs j
    set state = case $3 when 0 then before.resume_to else $3 end,
        resume_to = case when $3 = 4 then before.state end,
        ended_at = case when $3 = 7 then clock_timestamp() else j.ended_at end
    from before
    where j.tenant_id = $1 and j.id = before.id and (
        ($3 = 4 and before.state in (2, 3, 5)) or ($3 = 0 and before.state = 4) or ($3 = 7 and before.state in (2, 3, 4, 5)))
    returning j.id
),
batch as (
    update batches b
    set held = $3 = 4,
        resumed_at = case when $3 = 0 then clock_timestamp() else b.resumed_at end,
        state = case when $3 = 7 then 3 else b.state end,
        closed_at = case when $3 = 7 then coalesce(b.closed_at, clock_timestamp()) else b.closed_at end,
        ended_at = case when $3 = 7 then null else b.ended_at end
    from changed where b.tenant_id = $1 and b.id = changed.id
)
select before.state, changed.id is not null from before left join changed on true
