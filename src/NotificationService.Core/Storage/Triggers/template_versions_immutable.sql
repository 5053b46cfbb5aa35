-- What was published, or sent as a test, stays as it is.
create or replace trigger template_versions_immutable before update on template_versions
for each row execute function notification_meta.refuse_change_of_published_version();
