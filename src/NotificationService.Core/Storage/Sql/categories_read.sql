-- What a tenant's categories say, for whoever accepts its notifications. :tenant, :max categories.
select key, channels, critical, marketing, expires_after from categories where tenant_id = :tenant limit :max
