-- :key. The published version of a template, by the unique index templates_key.
select t.id, t.published_version, t.category, v.channels
from templates t
cross join lateral (select v.channels from template_versions v where v.tenant_id = t.tenant_id and v.template_id = t.id and v.version = t.published_version offset 0) v
where t.key = :key and t.archived_at is null
