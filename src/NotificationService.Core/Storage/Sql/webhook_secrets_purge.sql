-- Removes signing secrets that were replaced and have served; says how many. At most :max.
select notification_meta.purge_webhook_secrets(:max) as removed
