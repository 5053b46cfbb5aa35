-- Notes that a provider's account does not work, and notifies the tenant. Answers a row when that is news for this revision of it.
-- :tenant, :provider, :revision int, :code, :message
-- Only where the provider still is as it was when it was called: a change in between may have corrected it.
with suspended as (
    insert into provider_suspensions as k (tenant_id, provider_id, revision, code, message)
    select :tenant, :provider, :revision, left(:code, 100), left(:message, 500) from providers p where p.tenant_id = :tenant and p.id = :provider and p.revision = :revision
    on conflict (tenant_id, provider_id) do update
        set revision = excluded.revision, code = excluded.code, message = excluded.message, suspended_at = now()
        where k.revision <> excluded.revision
    returning provider_id, code, message, suspended_at
)
select suspended.provider_id, notification_meta.publish_event(:tenant, notification_meta.new_id(), 'provider.parked', suspended.provider_id, suspended.suspended_at, json_build_object(
    'name', p.name, 'type', p.type, 'channel', p.channel, 'code', suspended.code, 'message', suspended.message))
from suspended join providers p on p.tenant_id = :tenant and p.id = suspended.provider_id
