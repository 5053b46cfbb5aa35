-- Notes that a provider's account does not work, and notifies the tenant. Answers a row when that is news for this revision of it.
-- $1 tenant, $2 provider, $3 int revision, $4 code, $5 message
-- Only where the provider still is as it was when it was called: a change in between may have corrected it.
with suspended as (
    insert into provider_suspensions as k (tenant_id, provider_id, revision, code, message)
    select $1, $2, $3, left($4, 100), left($5, 500) from providers p where p.tenant_id = $1 and p.id = $2 and p.revision = $3
    on conflict (tenant_id, provider_id) do update
        set revision = excluded.revision, code = excluded.code, message = excluded.message, suspended_at = now()
        where k.revision <> excluded.revision
    returning provider_id, code, message, suspended_at
)
select suspended.provider_id, notification_meta.publish_event($1, notification_meta.new_id(), 'provider.parked', suspended.provider_id, suspended.suspended_at, json_build_object(
    'name', p.name, 'type', p.type, 'channel', p.channel, 'code', suspended.code, 'message', suspended.message))
from suspended join providers p on p.tenant_id = $1 and p.id = suspended.provider_id
