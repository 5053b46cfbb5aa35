-- Notes that a provider's account does not work, and tells the tenant. Answers a row when that is news for this revision of it.
-- $1 tenant, $2 provider, $3 int revision, $4 code, $5 message
-- Only where the provider still is as it was when it was called: a change in between may have mended it.
with parked as (
    insert into provider_parkings as k (tenant_id, provider_id, revision, code, message)
    select $1, $2, $3, left($4, 100), left($5, 500) from providers p where p.tenant_id = $1 and p.id = $2 and p.revision = $3
    on conflict (tenant_id, provider_id) do update
        set revision = excluded.revision, code = excluded.code, message = excluded.message, parked_at = now()
        where k.revision <> excluded.revision
    returning provider_id, code, message, parked_at
)
select parked.provider_id, notification_meta.tell($1, notification_meta.new_id(), 'provider.parked', parked.provider_id, parked.parked_at, json_build_object(
    'providerId', parked.provider_id, 'name', p.name, 'type', p.type, 'channel', notification_meta.channel_name(p.channel), 'code', parked.code, 'message', parked.message))
from parked join providers p on p.tenant_id = $1 and p.id = parked.provider_id
