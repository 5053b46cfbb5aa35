-- Whether a tenant has all that a seed would add to it, in one look. :tenant, :client_ids of service accounts, :emails of people, normalized, :templates keys;
-- per provider :channels, :providers names
select exists (select from tenants t where t.tenant_id = :tenant)
    and not exists (
        select from unnest(:client_ids::text[]) as wanted(client_id)
        where not exists (select from service_accounts a where a.tenant_id = :tenant and a.client_id = wanted.client_id))
    and not exists (
        select from unnest(:emails::text[]) as wanted(email)
        where not exists (select from users u where u.tenant_id = :tenant and u.normalized_email = wanted.email))
    and not exists (
        select from unnest(:templates::text[]) as wanted(key)
        where not exists (select from templates t where t.tenant_id = :tenant and t.key = wanted.key and t.archived_at is null))
    and not exists (
        select from unnest(:channels::smallint[], :providers::text[]) as wanted(channel, name)
        where not exists (select from providers p where p.tenant_id = :tenant and p.channel = wanted.channel and p.name = wanted.name)) as is_seeded
