-- Puts a credential under the current master key. If a person changed it meanwhile, theirs stays: it is newer.
update provider_credentials set sealed = $5, key_id = $6
where tenant_id = $1 and provider_id = $2 and field = $3 and sealed = $4
returning 1 as resealed
