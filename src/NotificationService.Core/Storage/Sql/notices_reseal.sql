-- Puts one under the current master key. If it was changed meanwhile, it stays: it is newer.
update notices set sealed = :sealed, key_id = :key
where tenant_id = :tenant and id = :owner and :field::text = 'notice' and sealed = :was
returning 1 as resealed
