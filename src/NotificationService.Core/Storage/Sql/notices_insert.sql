-- Keeps a mail of the service itself, in the transaction of what it is about. One whose id says what it is about is kept once.
-- :tenant whom it is about, :id, :template, :locale, :key, :sealed the address and the values, :now
insert into notices (tenant_id, id, template, locale, key_id, sealed, created_at, due_at)
values (:tenant, :id, :template, :locale, :key, :sealed, :now, :now)
on conflict do nothing
