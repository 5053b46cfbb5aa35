-- Puts one under the current master key. If it was changed meanwhile, it stays: it is newer.
update totp_secrets set sealed = :sealed, key_id = :key
where tenant_id = :tenant and account_id = :owner and :field::text = 'totp' and sealed = :was
returning 1 as resealed
