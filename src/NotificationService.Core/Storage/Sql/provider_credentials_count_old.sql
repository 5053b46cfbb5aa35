-- How many credentials are sealed under each key that is not the current one; by index provider_credentials_by_key.
select key_id, count(*) as secrets from provider_credentials where key_id <> :current_key group by key_id order by key_id
