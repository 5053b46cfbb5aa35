-- Puts a webhook endpoint's secret under the current master key. If a person changed it meanwhile, theirs stays: it is newer.
update webhook_secrets set sealed = $5, key_id = $6
where tenant_id = $1 and endpoint_id = $2 and field = $3 and sealed = $4
returning 1 as resealed
