-- Opens the scope of several tenants for the rest of the transaction, as an array, ascending (:tenants). Roles differ in what they may do in it
-- (docs/decisions/0047-statements-over-many-tenants.md).
select set_config('app.tenants', :tenants, true), set_config('app.tenant', '', true)
