-- Adds an entry to the audit log, for work that is not Entity Framework's. Its place in the chain is given when the transaction commits.
-- :id, :tenant, :at, :actor_kind, :actor, :actor_name, :ip, :user_agent, :action, :target, :before, :after
insert into audit_log (id, tenant_id, at, actor_kind, actor_id, actor_name, ip, user_agent, action, target, before, after)
values (:id, :tenant, :at, :actor_kind, :actor, :actor_name, :ip, :user_agent, :action, :target, :before::json, :after::json)
