-- What the variables of a version must look like, as the request has it: { "schema": { … } }. Of the version, because what it asks for changes with its texts.
alter table template_versions add column variables json;
