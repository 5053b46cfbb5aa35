-- One address registers one company once: a hash of both, so that the second time is refused by the table and by nothing that has to be looked up.
alter table tenants add column registration_hash bytea;
create unique index tenants_registration on tenants (registration_hash) where registration_hash is not null;
