-- Two who change one tenant's settings at once take turns, also before there is a row of them. Whoever makes rows that refer to the tenant does not wait.
select from tenants where tenant_id = :tenant for no key update
