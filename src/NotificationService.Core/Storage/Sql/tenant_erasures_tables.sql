-- The tables that hold rows of tenants, in the order in which they are emptied.
select name from notification_meta.tenant_tables() as t(name, place)
