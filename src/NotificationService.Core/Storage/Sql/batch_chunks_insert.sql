-- Writes down that a chunk came and what was answered, in the transaction of its items, and counts it (statuses below 0). Two with one sequence at
-- once: the second waits for the first one's commit on the primary key, writes nothing, and gives the first one's answer.
-- :tenant, :batch, :sequence, :fingerprint, :first_id, :items, :accepted, :rejected, :repeated, :response
with chunk as (
    insert into batch_chunks (tenant_id, batch_id, sequence, fingerprint, first_id, items, accepted, rejected, repeated, response)
    values (:tenant, :batch, :sequence, :fingerprint, :first_id, :items, :accepted, :rejected, :repeated, :response::json)
    on conflict do nothing
    returning sequence
),
counted as (
    insert into batch_changes (tenant_id, batch_id, status, delta)
    select :tenant, :batch, said.status, said.delta
    from chunk cross join lateral (values ({tally.chunks}, case when :items > 0 then 1 else 0 end), ({tally.accepted}, :accepted), ({tally.rejected}, :rejected), ({tally.repeated}, :repeated)) as said(status, delta) where said.delta <> 0
)
select sequence from chunk
