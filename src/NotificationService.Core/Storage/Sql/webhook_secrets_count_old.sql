-- How many secrets of webhook endpoints are sealed under each key that is not the current one; by index webhook_secrets_by_key.
select key_id, count(*) as secrets from webhook_secrets where key_id <> :current_key group by key_id order by key_id
