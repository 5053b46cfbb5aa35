-- Opens a tenant's scope for the rest of the transaction: row level security knows the tenant by it.
select set_config('app.tenant', :tenant, true), set_config('app.tenants', '', true)
