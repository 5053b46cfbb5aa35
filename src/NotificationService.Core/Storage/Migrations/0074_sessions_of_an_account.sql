-- For what names an account, and for nothing that names a tenant alone: on tables that were never analysed a plan for one sign-in would read the tenant's.
drop index refresh_tokens_account;
create index refresh_tokens_account on refresh_tokens (tenant_id, account_id) where account_id is not null;
