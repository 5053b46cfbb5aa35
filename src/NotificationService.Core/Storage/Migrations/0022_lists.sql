-- Lists walk one index and stop (docs/decisions/0009-lists-walk-one-index.md). The mode stands before the id in each of them, so that
-- what a service account may see, and what a person filters by, needs no reading of what it leaves out.
-- Each has a condition that is always true but that only its list's statement states: while a table is small every index costs the planner the
-- same, and one that begins with the tenant must not be taken for a look-up by key (docs/decisions/0027).
drop index notifications_tenant;
create index notifications_tenant on notifications (tenant_id, live, id) where live is not null;
drop index notifications_reference;
create index notifications_reference on notifications (tenant_id, reference, live, id) where reference is not null;

-- Under row level security a condition on recipient ->> 'userId' cannot be looked up in an index, because the operator may leak; a column can.
-- It rewrites the table once.
alter table notifications add column user_id text generated always as (recipient ->> 'userId') stored;
create index notifications_user on notifications (tenant_id, user_id, live, id) where user_id is not null;
create index notifications_template on notifications (tenant_id, template_id, live, id) where template_id is not null;

-- What dead letters are filtered by stands in the index; all of it fits into what was padding.
drop index deliveries_ended_badly;
create index deliveries_ended_badly on deliveries (tenant_id, status, id) include (chain, channel, failure_kind) where status >= 70;

-- A key's templates, those included that were archived and gave it back.
create index templates_by_key on templates (tenant_id, key, id) where key is not null;

-- Suppressions are listed, filtered and counted from an index alone.
create index suppressions_listed on suppressions (tenant_id, id) include (channel, reason, expires_at) where id is not null;

create index sandbox_messages_delivery on sandbox_messages (tenant_id, delivery_id, id) where delivery_id is not null;
