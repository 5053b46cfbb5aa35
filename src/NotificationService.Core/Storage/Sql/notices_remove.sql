-- Removes notices that the intake has. Index: the primary key.
-- :tenants uuid[], :ids uuid[]
delete from notices n using unnest(:tenants::uuid[], :ids::uuid[]) as done(tenant_id, id)
where n.tenant_id = done.tenant_id and n.id = done.id
