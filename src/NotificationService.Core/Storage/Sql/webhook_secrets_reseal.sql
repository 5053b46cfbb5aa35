-- Puts a webhook endpoint's secret under the current master key. If a person changed it meanwhile, theirs stays: it is newer.
update webhook_secrets set sealed = :sealed, key_id = :key
where tenant_id = :tenant and endpoint_id = :owner and field = :field and sealed = :was
returning 1 as resealed
