-- Data with which a version is rendered before it is published: [{ "name", "data", "locale" }]. Of the version, because they change with what it asks for.
alter table template_versions add column samples json;
