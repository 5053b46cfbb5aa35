-- :template, :version. By the primary key; also of archived templates, because deliveries stay pinned to a version.
-- Only what is published, or was sent as a test, is immutable and may be kept in memory.
select contents, variables from template_versions where template_id = :template and version = :version and (published_at is not null or tested_at is not null)
