-- Puts a credential under the current master key. If a person changed it meanwhile, theirs stays: it is newer.
update provider_credentials set sealed = :sealed, key_id = :key
where tenant_id = :tenant and provider_id = :owner and field = :field and sealed = :was
returning 1 as resealed
