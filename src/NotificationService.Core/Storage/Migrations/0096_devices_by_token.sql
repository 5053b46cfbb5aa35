-- Devices are looked up by their person, and only a new one by its token. While the table has no statistics both keys look as good, and by this one all devices of a tenant were read
-- for one person: as a partial index it is taken only where a token is asked for.
alter table recipient_devices drop constraint recipient_devices_tenant_id_live_token_key_key;
create unique index recipient_devices_by_token on recipient_devices (tenant_id, live, token_key) where token_key is not null;
