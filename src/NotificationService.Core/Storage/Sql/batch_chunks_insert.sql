-- Writes down that a chunk came and what was answered, in the transaction of its items, and counts it (statuses below 0). Two with one sequence at
-- once: the second waits for the first one's commit on the primary key, writes nothing, and gives the first one's answer.
-- $1 tenant, $2 batch, $3 sequence, $4 fingerprint, $5 first id, $6 items, $7 accepted, $8 rejected, $9 repeated, $10 answer
with chunk as (
    insert into batch_chunks (tenant_id, batch_id, sequence, fingerprint, first_id, items, accepted, rejected, repeated, response)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json)
    on conflict do nothing
    returning sequence
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select $1, $2, said.status, said.delta
    from chunk cross join lateral (values ({tally.chunks}, case when $6 > 0 then 1 else 0 end), ({tally.accepted}, $7), ({tally.rejected}, $8), ({tally.repeated}, $9)) as said(status, delta) where said.delta <> 0
)
select sequence from chunk
