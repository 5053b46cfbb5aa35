-- What an opt-out is of. One address may have opted out of several things: a row each, and taking one back leaves the others. What was on the list before is of everything.
alter table suppressions add column scope text not null default 'all' check (length(scope) between 1 and 120);
alter table suppressions drop constraint suppressions_tenant_id_channel_address_key_reason_key;
alter table suppressions add unique (tenant_id, channel, address_key, reason, scope);

-- Null: of everything.
alter table receipts add column scope text;
