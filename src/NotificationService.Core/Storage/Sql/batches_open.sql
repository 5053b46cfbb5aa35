-- Opens a batch. :tenant, :id, :account, :live, :reference, :shared what stands once for all its items, :now, :is_complete whether it is complete with what comes now
insert into batches (tenant_id, id, account_id, live, reference, shared, created_at, state, closed_at)
values (:tenant, :id, :account, :live, :reference, :shared::json, :now, case when :is_complete then {batch.complete} else {batch.open} end, case when :is_complete then :now::timestamptz end)
