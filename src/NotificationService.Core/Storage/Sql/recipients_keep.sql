-- Keeps some people of a tenant's mode, each as a whole: what is left out of one is gone. Given in the order of their ids and each once, so that two such statements never
-- wait for each other in a circle. Answers a row for each, and whether the directory had nobody a minute ago: who believes it empty has to learn of it first.
-- :tenant, :live, :now, per person: :user_ids, :ids of new rows, :names, :emails, :phones, :whatsapps, :locales, :timezones, :attributes, :tags as JSON arrays
with noted as (
    insert into recipient_directories (tenant_id, live) values (:tenant, :live) on conflict do nothing
)
insert into recipients as r (tenant_id, live, user_id, id, name, email, phone, whatsapp, locale, timezone, attributes, tags, created_at, updated_at)
select :tenant, :live, i.user_id, i.id, i.name, i.email, i.phone, i.whatsapp, i.locale, i.timezone, i.attributes::json,
    array(select json_array_elements_text(i.tags::json)), :now, :now
from unnest(:user_ids::text[], :ids::uuid[], :names::text[], :emails::text[], :phones::text[], :whatsapps::text[], :locales::text[], :timezones::text[], :attributes::text[], :tags::text[])
    as i(user_id, id, name, email, phone, whatsapp, locale, timezone, attributes, tags)
on conflict (tenant_id, live, user_id) do update
set name = excluded.name, email = excluded.email, phone = excluded.phone, whatsapp = excluded.whatsapp, locale = excluded.locale, timezone = excluded.timezone,
    attributes = excluded.attributes, tags = excluded.tags, updated_at = excluded.updated_at
returning r.id as kept_id, not exists (
    select from recipient_directories k where k.tenant_id = :tenant and k.live = :live and k.since < clock_timestamp() - interval '1 minute') as is_young
