-- Writes down that a chunk came and what was answered, in the transaction of its items. Two with one sequence at once: the second waits for
-- the first one's commit on the primary key, writes nothing, and gives the first one's answer.
-- $1 tenant, $2 batch, $3 sequence, $4 fingerprint, $5 first id, $6 items, $7 accepted, $8 rejected, $9 repeated, $10 answer
insert into batch_chunks (tenant_id, batch_id, sequence, fingerprint, first_id, items, accepted, rejected, repeated, answer)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json)
on conflict do nothing
returning sequence
