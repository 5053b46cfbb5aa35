-- How often a receipt was looked at in vain: its pauses and its end go by that, and not by its age, which grows while no worker runs.
alter table receipts add column tries smallint not null default 0;

-- Each tenant's due receipts in their order: a turn is shared among tenants, skipping from one to the next along this index.
drop index receipts_pending;
create index receipts_pending on receipts (tenant_id, next_try_at) where state = 1;
