-- Whose each of some providers is, by its place in what was asked, from 0; null for one that is nobody's.
select asked.ord::int - 1 as place, notification_meta.tenant_of_provider(asked.id) as tenant_id from unnest(:providers::uuid[]) with ordinality as asked(id, ord)
