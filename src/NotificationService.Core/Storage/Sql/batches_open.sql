-- Opens a batch. $1 tenant, $2 id, $3 account, $4 live, $5 reference, $6 what stands once for all its items, $7 now, $8 whether it is complete with what comes now
insert into batches (tenant_id, id, account_id, live, reference, shared, created_at, state, closed_at)
values ($1, $2, $3, $4, $5, $6::json, $7, case when $8 then {batch.complete} else {batch.open} end, case when $8 then $7::timestamptz end)
